"""A new site: a small digest of real events to change, or one article to begin with.

What a new site holds lies in the folder sample/ of the package: texts by language, and what belongs to all of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from digestgen import config, files, i18n, reference, theme, yaml
from digestgen.dataclass import dataclass

#: The languages that the sample is written in.
LANGUAGES: Final = ("en", "de", "fr")

_SAMPLE: Final = Path(__file__).parent / "sample"

#: What the files beside the articles are called that an editor may check by a schema.
_CHECKED: Final = ("site", "sources", "people", "tags", "stories")

_TAGLINES: Final = {
    "en": "A week in the world, in a few words",
    "de": "Eine Woche der Welt in wenigen Worten",
    "fr": "Une semaine du monde en peu de mots",
}

_IGNORED: Final = "# what digestgen makes\n/public/\n/.digestgen/\n"


@dataclass(frozen=True)
class Request:
    """What is asked for: a site in `folder`, in the main language `lang`, of the day `day` where that matters.

    Without `title` the folder's name is made into one. `empty` asks for site.yaml and one article only.
    """

    folder: Path
    day: date
    lang: str = "en"
    theme: str = "broadsheet"
    title: str = ""
    empty: bool = False


class UnfitError(Exception):
    """Something that was asked for cannot be; the text says what can."""


class TakenError(Exception):
    """Files stand already where the site's would go: their paths, below the site's folder."""

    def __init__(self, paths: Iterable[str]) -> None:
        super().__init__()
        self.paths = tuple(paths)


def begin(asked: Request) -> tuple[str, ...]:
    """Write a new site and return the paths of its files, below its folder, or write nothing at all.

    Raises UnfitError for a language, a theme or a title that cannot be, TakenError where files are in the way, and
    OSError where the disk fails.
    """
    texts = _texts(asked)
    taken = [path for path in texts if _is_taken(str(asked.folder), path)]
    if taken:
        raise TakenError(taken)
    written: list[str] = []
    try:
        for path, data in texts.items():
            place = str(asked.folder / path)
            files.make_dirs(os.path.dirname(os.path.abspath(place)))
            files.write_new(place, data)
            written.append(place)
    except BaseException:
        for place in written:
            with contextlib.suppress(OSError):
                files.remove(place)
        raise
    return tuple(texts)


def _is_taken(folder: str, path: str) -> bool:
    """Tell whether a file, or a link on the way to it, is there already."""
    place = os.path.join(folder, path)
    above = os.path.dirname(path)
    return files.exists(place) or bool(above and _is_blocked(folder, above))


def _is_blocked(folder: str, above: str) -> bool:
    steps = above.split("/")
    ways = ("/".join(steps[:count]) for count in range(1, len(steps) + 1))
    blocked = (files.exists(f"{folder}/{way}") and not os.path.isdir(f"{folder}/{way}") for way in ways)
    return files.first_link(folder, above) is not None or any(blocked)


def _texts(asked: Request) -> dict[str, bytes]:
    primary = asked.lang.partition("-")[0].lower()
    if asked.theme not in theme.available(asked.folder):
        named = ", ".join(theme.available(asked.folder))
        raise UnfitError(f"there is no theme `{asked.theme}`; there are {named}")
    if not asked.empty and primary not in LANGUAGES:
        named = ", ".join(LANGUAGES)
        raise UnfitError(
            f"the sample is written in {named}, not in `{asked.lang}`; with --empty a digest begins in any language"
        )
    title = " ".join(asked.title.split()) or _title(asked.folder)
    tags = {primary: asked.lang}
    if not asked.empty:
        second = "de" if primary == "en" else "en"
        tags[second] = second
    settings = _site_yaml(asked, title, tags)
    _, found = config.read(settings)
    if found:
        raise UnfitError(found[0].message)
    texts = {config.FILE: settings}
    texts.update(_welcome(asked, primary) if asked.empty else _sample(title, tags))
    return {path: text.encode() for path, text in texts.items()}


def _title(folder: Path) -> str:
    """Return a title made from a folder's name: My Digest from my-digest."""
    words = re.split(r"[\s_-]+", os.path.basename(os.path.abspath(folder)))
    shown = " ".join(word[:1].upper() + word[1:] for word in words if word)
    return shown.encode("utf-8", "ignore").decode() or "Digest"


def _site_yaml(asked: Request, title: str, tags: Mapping[str, str]) -> str:
    main, *others = tags.values()
    primary = main.partition("-")[0].lower()
    lines = [f"title: {yaml.written(title)}"]
    if not asked.empty:
        lines.append(f"tagline: {yaml.written(_TAGLINES[primary])}")
    lines += [
        "# url: https://example.org/    # where it will live; feeds and the sitemap need to know",
        f"site_id: {uuid.uuid4()}    # feeds' ids rest on it: never change it",
        "",
        f"language: {yaml.written(main)}",
    ]
    for other in others:
        tagline = yaml.written(_TAGLINES[other.partition("-")[0]])
        lines += ["languages:", f"  - lang: {yaml.written(other)}", f"    tagline: {tagline}"]
    lines += ["timezone: UTC", f"theme: {asked.theme}"]
    if not asked.empty:
        lines += ["editions: weekly    # content/editions/2024-49.md tells of the week 49 of 2024", "policies:"]
        lines += ["  principles: /about/"]
    return "\n".join(lines) + "\n"


def _welcome(asked: Request, primary: str) -> Iterator[tuple[str, str]]:
    file = _SAMPLE / "welcome" / f"{primary}.md"
    text = _read(file if file.is_file() else _SAMPLE / "welcome" / "en.md")
    if not file.is_file() or (not i18n.known(asked.lang)):
        # what is written in English says so, wherever it stands
        text = text.replace("---\n", "---\nlang: en\n", 1)
    yield f"content/{asked.day.isoformat()}-welcome.md", text


def _sample(title: str, tags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file beside site.yaml; `tags` are the site's languages by those of the sample."""
    main = next(iter(tags))
    yield "README.md", _read(_SAMPLE / main / "README.md").replace("{title}", title)
    yield ".gitignore", _IGNORED
    yield "sources.yaml", _read(_SAMPLE / "sources.yaml")
    yield "tags.yaml", _in_languages(_read(_SAMPLE / "tags.yaml"), tags)
    yield "content/notre-dame.svg", _read(_SAMPLE / "notre-dame.svg")
    for lang, tag in tags.items():
        suffix = "" if lang == main else f".{tag}"
        for file in sorted((_SAMPLE / lang).rglob("*.md")):
            if file.name != "README.md":
                stem = file.relative_to(_SAMPLE / lang).as_posix().removesuffix(".md")
                yield f"content/{stem}{suffix}.md", _read(file).replace(".{lang}.md", f"{suffix}.md")
    yield from _for_editors()


_NAME: Final = re.compile(r"( +)([a-z]{2}): (.*\n)")


def _in_languages(text: str, tags: Mapping[str, str]) -> str:
    """Return `text` without the lines for languages that the site does not have."""
    kept = []
    for line in text.splitlines(keepends=True):
        match = _NAME.fullmatch(line)
        if match is None:
            kept.append(line)
        elif match[2] in tags:
            kept.append(f"{match[1]}{tags[match[2]]}: {match[3]}")
    return "".join(kept)


def _for_editors() -> Iterator[tuple[str, str]]:
    """Yield what lets editors complete keys and underline mistakes: the schemas, and where each of them holds."""
    below = ".vscode/schemas"
    settings = {"yaml.schemas": {f"./{below}/{name}.json": f"/{name}.yaml" for name in _CHECKED}}
    yield ".vscode/settings.json", json.dumps(settings, indent=2) + "\n"
    for name in _CHECKED:
        yield f"{below}/{name}.json", reference.schema_text(name)


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
