"""Every page kind of every theme, in light and dark, on two screens, in three languages: what has to hold on each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Final, Literal, get_args

import pytest
from playwright.sync_api import Page

from tests.browser import accessibility_faults
from tests.building import built, once, told
from tests.sites import write_site

SITE: Final = Path(__file__).parent / "press" / "site.txt"

Theme = Literal["broadsheet", "bulletin", "wire"]
Language = Literal["de", "fa", "ja"]
Scheme = Literal["light", "dark"]

THEMES: Final[tuple[Theme, ...]] = get_args(Theme)
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
SCHEMES: Final[tuple[Scheme, ...]] = get_args(Scheme)
WIDTHS: Final = (360, 1280)

#: A page of each kind, below the prefix of its language.
KINDS: Final = {
    "front": "",
    "article": "2023/09/osiris-rex/",
    "article with code": "2023/09/python/",
    "article with credits": "2023/09/kim/",
    "page": "about/",
    "tag": "tags/spaceflight/",
    "tags": "tags/",
    "source": "sources/nasa/",
    "sources": "sources/",
    "person": "people/hyunsu-yim/",
    "people": "people/",
    "story": "stories/osiris-rex/",
    "stories": "stories/",
    "edition": "editions/2023-38/",
    "editions": "editions/",
    "archive": "archive/",
    "year": "archive/2023/",
    "month": "archive/2023/09/",
    "corrections": "corrections/",
    "nothing": "404.html",
}


@dataclass(frozen=True, slots=True)
class Look:
    """One way to see one page."""

    theme: Theme
    kind: str
    scheme: Scheme
    width: int
    lang: Language

    @property
    def path(self) -> str:
        """The page below the folder of its theme."""
        prefix = "" if self.lang == "de" else f"{self.lang}/"
        return prefix + KINDS[self.kind]

    def __str__(self) -> str:
        return "-".join(map(str, astuple(self))).replace(" ", "_")


def every() -> Iterator[Look]:
    """Yield the whole matrix."""
    for theme, kind, scheme, width, lang in product(THEMES, KINDS, SCHEMES, WIDTHS, LANGUAGES):
        yield Look(theme, kind, scheme, width, lang)


def sample() -> Iterator[Look]:
    """Yield as few looks as there are pairs of theme and kind, in which any two other values meet somewhere, too."""
    for (row, theme), (column, kind) in product(enumerate(THEMES), enumerate(KINDS)):
        scheme = SCHEMES[(row + column) % 2]
        width = WIDTHS[(row + column // 2 + (row == 2)) % 2]
        yield Look(theme, kind, scheme, width, LANGUAGES[(row + column) % 3])


def press(factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the same small digest in each theme, by its name; built once in a test run."""

    def fill(folder: Path) -> None:
        for theme in THEMES:
            site = write_site(folder / "sites" / theme, SITE.read_text(encoding="utf-8"))
            with (site / "site.yaml").open("a", encoding="utf-8") as file:
                file.write(f"theme: {theme}\n")
            result = built(site, now=datetime(2024, 1, 1, tzinfo=UTC), output=folder / "public" / theme)
            assert (result.ok, told(result.diagnostics)) == (True, [])

    return once(factory, "press", fill) / "public"


#: Tells what is wrong with headings and landmarks, one string each.
_OUTLINE: Final = """() => {
  const faults = [], levels = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1]);
  if (levels.filter(l => l == 1).length != 1) faults.push('h1: ' + levels.join());
  levels.reduce((a, b) => { if (b > a + 1) faults.push(`h${b} after h${a}`); return b }, 0);
  for (const [name, query] of [['banner', 'body > header'], ['main', 'main'], ['contentinfo', 'body > footer']])
    if (document.querySelectorAll(query).length != 1) faults.push('no one ' + name);
  const label = nav => nav.ariaLabel || document.getElementById(nav.getAttribute('aria-labelledby'))?.textContent;
  const names = [...document.querySelectorAll('nav')].map(label);
  if (names.some(name => !name) || new Set(names).size != names.length) faults.push('names of navs: ' + names.join());
  return faults;
}"""

#: Walks through all that can have the focus, in its order, and tells what does not show that it has it.
_FOCUS: Final = """() => {
  const faults = [];
  for (const item of document.querySelectorAll('a[href], summary, iframe, [tabindex="0"]')) {
    item.focus();
    const style = getComputedStyle(item), box = item.getBoundingClientRect();
    const name = item.outerHTML.slice(0, 80);
    if (document.activeElement != item) { if (item.checkVisibility()) faults.push('no focus: ' + name) }
    else if (style.outlineStyle == 'none' || parseFloat(style.outlineWidth) < 2) faults.push('no ring: ' + name);
    else if (!box.width || !box.height) faults.push('no size: ' + name);
  }
  document.activeElement?.blur();
  return faults;
}"""

#: Tells what sticks out of the page, or is cut off in it.
_CUT: Final = """() => {
  const faults = [], page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) faults.push(`${page.scrollWidth} px wide`);
  for (const item of document.querySelectorAll('main *')) {
    const style = getComputedStyle(item), hides = value => value == 'hidden' || value == 'clip';
    if (item.closest('svg, .dg-skip') || !item.clientWidth) continue;
    if (hides(style.overflowY) && item.scrollHeight > item.clientHeight + 2) faults.push('cut: ' + item.className);
    if (hides(style.overflowX) && style.overflowX != 'clip' && item.scrollWidth > item.clientWidth + 2)
      faults.push('cut: ' + item.className);
  }
  return faults;
}"""


#: Text twice as large.
_TWICE: Final = """() => {
  const root = document.documentElement;
  root.style.fontSize = `calc(2 * ${getComputedStyle(root).fontSize})`;
}"""


def faults(page: Page, width: int) -> tuple[str, ...]:
    """Return all that is wrong with a page as it stands open at `width`; it is wider and narrower in between."""
    found = [*accessibility_faults(page), *page.evaluate(_OUTLINE), *page.evaluate(_FOCUS)]

    def told(where: str) -> Iterator[str]:
        yield from (f"{where}: {fault}" for fault in page.evaluate(_CUT))

    page.set_viewport_size({"width": 320, "height": 800})
    found += told("320 px")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate(_TWICE)
    found += told("text at 200 %")
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": width, "height": 900})
    return tuple(found)
