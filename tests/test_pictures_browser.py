"""Pictures in a real browser: nothing moves when they come, and what comes is as wide as it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import building
from tests.browser import lines, vnu
from tests.building import well_built
from tests.conftest import OpenPage, SiteServer
from tests.sites import write_site
from tests.test_pictures import picture

pytestmark = pytest.mark.browser

#: What moves is counted from the first moment on (Layout Instability, section 2.4).
_SHIFTS = """() => new Promise(done => {
  let sum = 0
  new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value })
    .observe({type: 'layout-shift', buffered: true})
  for (const image of document.images) image.loading = 'eager'
  const came = [...document.images].map(image => image.decode())
  Promise.all(came).then(() => requestAnimationFrame(() => setTimeout(() => done(sum), 50)))
})"""
_SHOWN = "() => [...document.images].map(image => [image.currentSrc, image.getBoundingClientRect().width])"


@pytest.fixture(scope="module", params=["broadsheet", "bulletin", "wire"])
def public(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site in each theme, with sizes of an article's picture, of one in its text and of a drawing."""

    def fill(folder: Path) -> None:
        write_site(
            folder,
            f"""\
-- site.yaml --
title: Pictures
url: https://example.org/
theme: {request.param}
images: {{widths: [400, 800, 1600]}}
-- content/ports.md --
---
title: Ports
date: 2024-05-03
image: {{src: lead.jpg, alt: The lead}}
---
{"Words. " * 80}

![In the text](text.jpg)

![A drawing](drawing.png) and more words.
""",
        )
        (folder / "content/lead.jpg").write_bytes(picture("jpeg", (2000, 1300)))
        (folder / "content/text.jpg").write_bytes(picture("jpeg", (1400, 900)))
        (folder / "content/drawing.png").write_bytes(picture("png", (500, 300)))
        well_built(folder)

    return building.once(tmp_path_factory, f"pictures-{request.param}", fill) / "public"


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_and_no_picture_is_fetched_wider_than_need_be(
    public: Path, site_server: SiteServer, open_page: OpenPage, width: int
) -> None:
    base = site_server(public)
    for path in ("", "2024/05/ports/"):
        page = open_page(base + path, width=width)
        assert page.evaluate(_SHIFTS) == 0
        shown = page.evaluate(_SHOWN)
        assert path == "" or len(shown) == 3
        for address, pixels in shown:
            assert address.endswith(".avif")
            fetched = int(address.rpartition("-")[2].removesuffix(".avif"))
            enough = [size for size in (400, 800, 1600) if size >= pixels - 1]
            assert fetched in (enough[0], 500, 1400), (address, pixels)


@pytest.mark.checker
def test_checker_finds_nothing(public: Path) -> None:
    if public.parent.name.endswith("broadsheet"):  # the others have the same markup from the same macro
        assert lines(vnu(public)) == lines(())
