"""A few pages of a fixed site, whole: what no other test would see change.

After a change that is meant to be, `pytest tests/test_golden.py --update` writes them anew; then read the
difference. The fingerprints in the addresses of the theme's files are left out: they change with every touch.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.building import well_built
from tests.sites import write_site

FOLDER = Path(__file__).parent / "golden"

PAGES = {
    "2024/05/rain/index.html": "article.html",
    "sources/agency/index.html": "list.html",
    "fa/index.html": "front.fa.html",
    "feed.xml": "feed.xml",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return well_built(write_site(tmp_path_factory.mktemp("golden"), (FOLDER / "site.txt").read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", PAGES)
def test_page_is_as_it_was(path: str, outputs: dict[str, bytes], request: pytest.FixtureRequest) -> None:
    page = re.sub(r"(assets/[\w/-]+)\.[0-9a-z]+(\.[a-z0-9]+)", r"\1\2", outputs[path].decode()).rstrip() + "\n"
    golden = FOLDER / PAGES[path]
    if request.config.getoption("--update"):
        golden.write_text(page, encoding="utf-8")
    assert page == golden.read_text(encoding="utf-8")
