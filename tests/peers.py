"""Small sites of other generators, as they lie in tests/moving/, and what those generators make of them.

What they made stands in tests/moving/*.json: `python3 dev.py peers` installs the generators, builds the sites anew, and
writes it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from lxml import html

SITES: Final = Path(__file__).parent / "moving"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an article: its site path, and what it shows; `id` is that in the old feed, empty where it has none."""

    url: str
    title: str
    date: str
    tags: list[str]
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """Where in a page a theme shows the title, the time, the tags and the text, and what is in that besides."""

    title: str
    time: str
    tags: str
    text: str
    besides: str = "//nothing"


THEMES: Final = {
    "jekyll": Theme("//h1", "//time", "//ul[@class='tags']/li", "//div[@class='content']"),
    "hugo": Theme("//h1", "//time", "//ul[@class='tags']/li", "//div[@class='content']"),
    "pelican": Theme(
        "//main//h2[1]|//main/h1",
        "//article/footer//time",
        "//article/footer//a[contains(@href, '/tag/')]",
        "//article|//main[not(article)]",
        "./header|./footer|./h1|./h2[contains(@class, 'entry-title')]|.//object",
    ),
    "nikola": Theme(
        "//h1[contains(@class, 'p-name')]",
        "//time[contains(@class, 'dt-published')]",
        "//a[@rel='tag']",
        "//div[contains(@class, 'e-content')]",
    ),
    "digestgen": Theme("//h1", "//time", "//ul[@class='tags']/li", "//div[@class='content']"),
}

#: Numbers of lines, marks of footnotes and ways back from them: each generator has its own.
_TRIMMINGS: Final = (
    ".//script|.//style|.//*[contains(@class, 'lineno')]|.//*[contains(@class, 'gutter')]|.//sup[.//a]"
    "|.//*[@role='doc-noteref']|.//*[@role='doc-backlink']|.//*[contains(@class, 'footnote-backref')]"
    "|.//td[not(contains(@class, 'code')) and following-sibling::td//code and .//pre]|.//iframe"
    "|.//aside//span[@class='label']"
)


def page(url: str, data: bytes, theme: Theme) -> Page | None:
    """Return what a page shows, None where it is none of an article."""
    root: Any = html.document_fromstring(data.decode("utf-8"))
    bodies = root.xpath(theme.text)
    titles = root.xpath(theme.title)
    if not bodies or not titles:
        return None
    body = bodies[0]
    times = [node.get("datetime") for node in root.xpath(theme.time)]
    tags = [" ".join(node.text_content().split()) for node in root.xpath(theme.tags)]
    title = " ".join(titles[0].text_content().split())
    for node in body.xpath(".//img[@title][not(ancestor::figure)]"):
        node.tail = f"{node.get('title')} {node.tail or ''}"  # which is a caption here
    for node in body.xpath(".//iframe[contains(@src, '/embed/')]"):
        number = re.findall(r"/embed/([\w-]+)", node.get("src"))[0]
        node.tail = f" https://www.youtube.com/watch?v={number} {node.tail or ''}"  # which is a link here
    for node in [*body.xpath(theme.besides), *body.xpath(_TRIMMINGS)]:
        if node.getparent() is not None:
            node.drop_tree()
    return Page(url, title, times[0] if times else "", sorted(tags), " ".join(body.text_content().split()))


def pages(output: Path, peer: str, urls: Callable[[Path], str]) -> Iterator[Page]:
    """Yield the pages of articles in an output folder."""
    for path in sorted(output.rglob("*.html")):
        found = page(urls(path.relative_to(output)), path.read_bytes(), THEMES[peer])
        if found:
            yield found


def url_of(path: Path) -> str:
    """Return the site path of a file in an output folder."""
    return "/" + path.as_posix().removesuffix("index.html")


def known(peer: str) -> list[Page]:
    """Return what `peer` made of its site, as it was noted."""
    noted = json.loads((SITES / f"{peer}.json").read_text(encoding="utf-8"))
    return [Page(**item) for item in noted["pages"]]


# --- the generators themselves


def _commands(programs: Path, output: Path) -> dict[str, list[str]]:
    return {
        "jekyll": ["jekyll", "build", "--quiet", "--destination", str(output)],
        "hugo": [str(programs / "hugo"), "build", "--quiet", "--noBuildLock", "--destination", str(output)],
        "pelican": [str(programs / "pelican"), "content", "-s", "pelicanconf.py", "-o", str(output), "--quiet"],
        "nikola": [str(programs / "nikola"), "build", "--quiet"],
    }


def made(peer: str, programs: Path, work: Path) -> list[Page]:
    """Build the site of `peer` in a copy and return its pages of articles."""
    source, output = work / "source", work / "output"
    shutil.copytree(SITES / peer, source)
    command = _commands(programs, output)[peer]
    subprocess.run(command, cwd=source, check=True, env=dict(os.environ) | {"TZ": "UTC"}, stdin=subprocess.DEVNULL)
    output = source / "output" if peer == "nikola" else output
    ids = dict(_ids(output))
    found = [item for item in pages(output, peer, url_of) if _is_one(item)]
    return [Page(**asdict(item) | {"id": ids.get(item.url, "") or ids.get(f"/news{item.url}", "")}) for item in found]


def _is_one(item: Page) -> bool:
    """Tell whether a page is neither a list nor a draft, which Pelican and Nikola build, too."""
    lists = re.match(r"/(?:(?:de|en)/)?(?:(?:author|tag|category)/.*)?$", item.url)
    return bool(item.date or "about" in item.url) and not lists and "a-launch" not in item.url


def _ids(output: Path) -> Iterator[tuple[str, str]]:
    """Yield address and id of the entries in all feeds, Atom or RSS."""
    for path in output.rglob("*.xml"):
        text = path.read_text(encoding="utf-8")
        for entry in re.findall(r"<(?:entry|item)>.*?</(?:entry|item)>", text, re.DOTALL):
            link = re.search(r"<link[^>]*href=\"([^\"]+)\"|<link>([^<]+)</link>", entry)
            known_by = re.search(r"<(?:id|guid)[^>]*>([^<]+)<", entry)
            if link and known_by:
                yield re.sub(r"^https?://[^/]+", "", link[1] or link[2]), known_by[1]


def main(programs: Path) -> None:
    for peer in ("jekyll", "hugo", "pelican", "nikola"):
        with tempfile.TemporaryDirectory() as work:
            rows = [asdict(item) for item in made(peer, programs, Path(work))]
        text = json.dumps({"pages": rows}, ensure_ascii=False, indent=1)
        (SITES / f"{peer}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
