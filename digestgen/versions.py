"""A translation beside its original: the same facts, the name of its language, and the text still to be translated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from posixpath import relpath
from typing import Final

from digestgen import files, frontmatter, parse, survey, terms, yaml
from digestgen.config import Config
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic
from digestgen.drafts import Made, of_site
from digestgen.model import Article
from digestgen.survey import Survey, UnfitError

#: Keys that hold for every version, as they are.
_FACTS: Final = (
    "date",
    "updated",
    "embargo",
    "expires",
    "authors",
    "credits",
    "genre",
    "story",
    "brief",
    "weight",
    "sources",
    "image",
    "translation_key",
    "extra",
)

#: Keys whose words are to be translated, and how a reader of the draft is told.
_WORDS: Final = ("summary", "kicker", "section", "dateline")


@dataclass(frozen=True)
class Request:
    """What is asked for: a translation of the article in the file `original`, for the site in `folder`.

    Without `lang` it is the one language of the site that the article is not in yet. `now` is aware.
    """

    folder: Path
    original: Path
    now: datetime
    lang: str = ""
    headline: str = ""
    output: Path | None = None


def begin(asked: Request) -> tuple[Made | None, list[Diagnostic]]:
    """Write the draft of a translation; return what was made and what is wrong with the settings or the original.

    Raises UnfitError for what cannot be asked for, FileExistsError where there is anything at its place, and OSError
    where the disk fails.
    """
    site, found = survey.of(asked.folder, asked.now)
    if site is None:
        return None, found
    content = asked.folder / site.settings.content
    below = _below(asked.original, content)
    text, found = parse.decode(files.read_bytes(str(content / below), parse.LIMIT), below)
    if text is None:
        return None, found
    original, faults = parse.article(below, text.encode(), site.settings)
    if original is None or original.wrong or original.listing is not None:
        if original is not None and original.listing is not None:
            raise UnfitError(f"{below} is an edition; `digestgen new edition --lang` begins one in another language")
        return None, faults
    lang = of_site(asked.lang, site.settings) if asked.lang else _missing(original, site)
    if lang == original.lang:
        raise UnfitError(f"{below} is in `{lang}` already; name another language with --lang")
    target = _place(below, lang, site.settings)
    path = asked.output or content / target
    where = _below(path, content) if asked.output else target
    noted = ["the headline and the text"]
    named = parse.read_name(where, site.settings).lang or site.settings.lang
    made = _translated(text, original, where, lang, "" if named == lang else lang, asked.headline, site, noted)
    draft, faults = parse.article(where, made.encode(), site.settings)
    if draft is None or draft.wrong or any(item.severity == "error" for item in faults):
        return None, faults
    files.make_dirs(str(path.parent.absolute()))
    files.write_new(str(path), made.encode())
    return Made(path, lang, tuple(noted)), []


def _below(path: Path, content: Path) -> str:
    """`path`, as seen from here or from content/, below content/."""
    for place in (path, content / path):
        try:
            below = place.resolve().relative_to(content.resolve()).as_posix()
        except ValueError:
            continue
        if place == path or place.exists():
            return below
    raise UnfitError(f"{path} is not in {content}")


def _missing(original: Article, site: Survey) -> str:
    key = parse.read_name(original.path, site.settings).key
    there = {item.lang for item in site.articles if parse.read_name(item.path, site.settings).key == key}
    left = [tag for tag in site.tags if tag not in there and tag != original.lang]
    if len(left) != 1:
        listed = ", ".join(left)
        raise UnfitError(
            f"name the language with --lang: {listed}" if left else "it is there in every language of the site already"
        )
    return left[0]


def _place(path: str, lang: str, settings: Config) -> str:
    """Return where the version of `path` in `lang` lies: its folder or its name tells the language."""
    name = parse.read_name(path, settings)
    folder, _, file = path.rpartition("/")
    stem = file.removesuffix(".md")
    tags = {item.lang.lower() for item in settings.languages}
    steps = folder.split("/") if folder else []
    told = next((number for number in reversed(range(len(steps))) if steps[number].lower() in tags), None)
    own = f".{name.lang}"
    if name.lang and stem.lower().endswith(own.lower()):
        stem = stem[: -len(own)]
    elif told is not None:
        above = "".join(f"{step}/" for number, step in enumerate(steps) if number != told or lang.lower() in tags)
        steps[told] = lang
        if lang.lower() in tags:
            return "/".join([*steps, file])
        return f"{above}{stem}.{lang}.md"
    above = f"{folder}/" if folder else ""
    plain = f"{above}{stem}.md"
    here = parse.read_name(plain, settings).lang or settings.lang
    return plain if here == lang and plain != path else f"{above}{stem}.{lang}.md"


def _translated(
    text: str, original: Article, where: str, lang: str, said: str, headline: str, site: Survey, noted: list[str]
) -> str:
    lines = text.split("\n")
    first = next(number for number, line in enumerate(lines) if line.strip())
    close = next(number for number in range(first + 1, len(lines)) if lines[number].rstrip() in ("---", "..."))
    kept = _blocks(lines, first + 1, close)
    title = yaml.written(headline) if headline else frontmatter.UNTITLED
    of = relpath(original.path, where.rpartition("/")[0] or ".")
    front = [
        f"# check: the headline is {_comment(original.title)}",
        f"title: {title}",
        *([f"lang: {yaml.written(said)}"] if said else ()),
        "draft: true    # until it is translated",
        f"translation: {{of: {yaml.written(of)}, from: {yaml.written(original.lang)}}}    # add `by:` or `tool:`",
        *(line for key in _FACTS for line in _fact(key, kept, original, noted)),
        *_tags(original, lang, site, noted),
        *(f"# check: {key} is {_comment(_said(original, key))}" for key in _WORDS if _said(original, key)),
    ]
    body = "\n".join(lines[close + 1 :])
    return "\n".join(["---", *front, "---"]) + ("\n" + body if body.strip() else "\n\n")


def _fact(key: str, kept: dict[str, list[str]], original: Article, noted: list[str]) -> Iterator[str]:
    if key == "image" and original.image and (original.image.alt or original.image.caption):
        noted.append("what is said of the picture")
        yield "# check: what is said of the picture"
    if key == "sources" and any(item.note for item in original.sources):
        noted.append("the notes of the sources")
        yield "# check: the notes of the sources"
    yield from kept.get(key, ())


def _said(original: Article, key: str) -> str:
    return str(getattr(original, key))


def _tags(original: Article, lang: str, site: Survey, noted: list[str]) -> Iterator[str]:
    """The tags as tags.yaml has them in the language; those that it does not know are noted."""
    known = site.library.known
    here = lang if lang in known.tags else site.settings.lang
    names = [(name, known.tag(name, here)) for name in original.tags]
    told = [(terms.pick(tag.names, lang) if tag else None) or "" for _, tag in names]
    left = [name for (name, _), own in zip(names, told, strict=True) if not own]
    if left:
        noted.append("the tags")
        yield f"# check: tags.yaml has no {lang} for {_comment(', '.join(left))}"
    if original.tags:
        shown = [own or name for (name, _), own in zip(names, told, strict=True)]
        yield f"tags: [{', '.join(map(yaml.written, shown))}]"


def _blocks(lines: list[str], first: int, close: int) -> dict[str, list[str]]:
    """Return the lines of a front matter, from `first` up to `close`, by their key."""
    node, _ = yaml.parse("\n".join(lines[first:close]), path="")
    entries = node.entries if isinstance(node, yaml.Mapping) else ()
    starts = [entry.key.span.line - 1 for entry in entries]
    if len(set(starts)) < len(starts) or any(entry.key.span.column != 1 for entry in entries):
        raise UnfitError("its front matter has several keys in one line; give each a line of its own")
    ends = [*starts[1:], close - first]
    return {
        entry.key.text: _without_remarks(lines[first + start : first + end])
        for entry, start, end in zip(entries, starts, ends, strict=True)
    }


def _without_remarks(lines: list[str]) -> list[str]:
    """Lines of a key without what stands below it at the margin: remarks on the next one."""
    while lines and (not lines[-1].strip() or lines[-1].startswith("#")):
        lines = lines[:-1]
    return lines


def _comment(text: str) -> str:
    return " ".join(text.split())
