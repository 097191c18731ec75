"""Pictures of the three themes for docs/images/: `python3 dev.py screenshots`.

For each theme four sheets: six pages on a desk, on a phone, in the dark, and pages in German, Persian and Japanese.
"""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.browser import launch, serving
from tests.building import built, told
from tests.matrix import SITE, THEMES
from tests.sites import write_site

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = ROOT / "docs" / "images"

#: What each sheet shows of the digest in this repository.
PAGES: Final = {
    "front": "",
    "article": "2023/09/kim-putin-vostochny/",
    "tag": "tags/climate/",
    "source": "sources/reuters/",
    "edition": "editions/2023-37/",
    "archive": "archive/2023/",
}

#: What the sheet of languages shows, of the small digest in tests/press/.
LANGUAGES: Final = ("", "2023/09/osiris-rex/", "fa/", "fa/2023/09/osiris-rex/", "ja/", "ja/2023/09/osiris-rex/")

#: Between two pictures, in pixels, and its grey.
_GAP, _GREY = 12, (128, 128, 128)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Pages in one picture: what they are seen on (CSS pixels), how large each is in the end, and how many a row."""

    name: str
    site: Literal["digest", "press"]
    pages: tuple[str, ...]
    screen: tuple[int, int]
    scheme: Literal["light", "dark"]
    width: int
    columns: int


SHEETS: Final = (
    Sheet("desk", "digest", tuple(PAGES.values()), (1440, 1080), "light", 760, 3),
    Sheet("phone", "digest", tuple(PAGES.values()), (390, 844), "light", 380, 6),
    Sheet("dark", "digest", tuple(PAGES.values()), (1440, 1080), "dark", 760, 3),
    Sheet("languages", "press", LANGUAGES, (1080, 1350), "light", 700, 3),
    Sheet("languages-phone", "press", LANGUAGES, (390, 844), "dark", 380, 6),
)


def main(folder: Path) -> None:
    """Write all sheets of all themes into `folder`."""
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        browser = launch(playwright)
        for theme in THEMES:
            sites = {name: _built(Path(temporary), name, theme) for name in ("digest", "press")}
            for sheet in SHEETS:
                path = folder / f"{theme}-{sheet.name}.webp"
                _laid(sheet, _shots(sheet, sites[sheet.site], browser)).save(path, quality=72, method=6)
                sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")
        browser.close()


def _built(temporary: Path, name: str, theme: str) -> Path:
    site = temporary / theme / name
    if name == "press":
        write_site(site, SITE.read_text(encoding="utf-8"))
    else:
        shutil.copytree(ROOT / "content", site / "content")
        for path in ROOT.glob("*.yaml"):
            shutil.copy(path, site)
    settings = re.sub(r"(?m)^theme: .*\n", "", (site / "site.yaml").read_text(encoding="utf-8"))
    (site / "site.yaml").write_text(f"{settings.rstrip()}\ntheme: {theme}\n", encoding="utf-8")
    result = built(site, now=datetime(2026, 1, 1, tzinfo=UTC), output=temporary / theme / f"{name}-built")
    assert result.output is not None, told(result.diagnostics)
    return result.output


def _shots(sheet: Sheet, site: Path, browser: Browser) -> Iterator[Image.Image]:
    width, height = sheet.screen
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=sheet.scheme, device_scale_factor=sheet.width / width
    )
    with serving(site) as base:
        page = context.new_page()
        for path in sheet.pages:
            page.goto(base + path)
            page.wait_for_load_state("networkidle")
            yield Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    context.close()


def _laid(sheet: Sheet, shots: Iterable[Image.Image]) -> Image.Image:
    listed = list(shots)
    width, height = max(shot.width for shot in listed), max(shot.height for shot in listed)
    rows = -(-len(listed) // sheet.columns)
    size = (sheet.columns * (width + _GAP) - _GAP, rows * (height + _GAP) - _GAP)
    laid = Image.new("RGB", size, _GREY)
    for place, shot in enumerate(listed):
        row, column = divmod(place, sheet.columns)
        laid.paste(shot, (column * (width + _GAP), row * (height + _GAP)))
    return laid


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else IMAGES)
