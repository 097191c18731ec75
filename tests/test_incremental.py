"""An incremental build equals a clean one, byte for byte, whatever happened before it."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from digestgen import build, files, fingerprint, revise, traces, unchanged
from digestgen.i18n import Language
from digestgen.pictures.rights import Rights
from digestgen.plan.desk import Desk, Shown
from digestgen.render import Renderer
from tests.building import NOW, everything, published, still_as_it_was, told
from tests.sites import write_site
from tests.test_pictures import picture

SITE = """\
-- site.yaml --
title: The Incremental
url: https://example.org/sub/
language: en
languages: [de]
timezone: Europe/Berlin
paginate: 3
feeds: {rss: site, json: [site, tags], entries: 2, full: [site, tags], archive: all}
rules: {broken-link: warning, missing-alt: off, edition-name: warning, edition-listing: warning, edition-empty: off,
  bad-message: warning}
-- content/pages/about.md --
---
title: About
---
See [one](../one.md).
-- content/static/robots.txt --
User-agent: *
-- content/one.md --
---
title: One
date: 2024-01-01
tags: [first]
sources: [reuters]
authors: [Ada Byron]
story: it
---
The first.

And more.
"""

SLUGS = ("one", "two", "three", "four", "five", "six", "seven")
PEOPLE = (
    "",
    "authors: ada\n",
    "authors: [Ada, adabyron]\n",
    "credits: {role: reporting, people: {name: Ada Byron, place: Seoul}}\n",
    "translation: {by: Ada}\n",
)
TAGS = ("first", "Zweites", "C++", "day to day")
ORIGINAL = (
    "translation: {of: one.md, from: fr}\ngenre: analysis\ncorrections: [{date: 2024-05-30, text: It was two.}]\n"
)
TRUTH = (
    "corrections: {date: 2024-05-28, text: Nine.}\n",
    "corrections: {date: 2024-05-29, text: Not so., kind: retraction}\n",
    "embargo: 2024-06-20\n",
    "genre: advertisement\n",
    "translation: {of: one.md, from: fr, by: Ada}\n",
)
#: The same in two widths, and one that tells whose it is.
PICTURES = (picture("png", (30, 20)), picture("png", (50, 20)), picture("png", (30, 20), told=Rights(("Zoë",))))
#: What stands for digestgen itself, which stays the same: read once, and not in each of thousands of builds.
ENGINE = cache(traces.engine)
WORDS = ("Words", "More words", '"Quoted" words', "Wörter – und mehr")


#: Where a move takes an article: other folders, languages, letters that are one on some system, a folder of its own.
PLACES = (
    "{stem}.md",
    "{stem}.de.md",
    "{stem}.fr.md",
    "World/{stem}.md",
    "de/{stem}.md",
    "pages/{stem}.md",
    "{stem}/index.md",
    "{title}.md",
    "2024-05-09-{stem}.md",
    "Z\u00fcge-{stem}.md",
    "Zu\u0308ge-{stem}.md",
)
#: What a build may be asked for besides.
ASKED: tuple[dict[str, Any], ...] = (
    {"drafts": True},
    {"future": True},
    {"stable_names": True},
    {"strict": True},
    {"url": "https://example.net/"},
)


def outcome(folder: Path, now: datetime, output: Path, jobs: int = 1, **more: Any) -> build.Result:
    return build.build(build.Request(folder, now, output, jobs=jobs, **more))


class Meddled(files.Os):
    """A system on which something happens at the n-th call of a kind, once."""

    def __init__(self, kind: str, number: int, happens: Callable[[], object]) -> None:
        self.kind, self.number, self.happens = kind, number, happens
        self.home = os.getpid()

    def met(self, *kinds: str) -> None:
        if self.kind in kinds and os.getpid() == self.home:
            self.number -= 1
            if self.number == 0:
                self.happens()

    def open(self, path: str, flags: int) -> int:
        self.met("change" if flags & os.O_CREAT else "read")
        return super().open(path, flags)

    def write(self, handle: int, data: memoryview) -> int:
        self.met("change")
        return super().write(handle, data)

    def list(self, folder: str) -> list[os.DirEntry[str]]:
        self.met("read")
        return super().list(folder)

    def replace(self, source: str, target: str) -> None:
        self.met("change")
        super().replace(source, target)

    def unlink(self, path: str) -> None:
        self.met("change")
        super().unlink(path)


def _fail() -> None:
    raise OSError(errno.EIO, "the disk fails")


def put(path: Path, data: bytes) -> None:
    """Write a file, also where a folder stands in its place, or a file in that of its folder."""
    if path.parent.is_file():
        path.parent.unlink()
    if path.is_dir():
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


class Editing(RuleBasedStateMachine):
    """An editor, a vandal and a clock at one site; after each step two builds are compared."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="digestgen-"))
        self.folder = self.root / "site"
        self.output = self.root / "out"
        self.now = NOW
        self.jobs = 1
        self.harmed = False
        self.asked: dict[str, Any] = {}
        self.memory: unchanged.Memory | None = None
        self.unbuilt = 0
        self.foreign: dict[str, bytes] = {}
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(traces, "engine", ENGINE)

    def teardown(self) -> None:
        self.patch.undo()
        shutil.rmtree(self.root, ignore_errors=True)

    @initialize()
    def begin(self) -> None:
        write_site(self.folder, SITE)

    # --- what an editor does

    @rule(
        slug=st.sampled_from(SLUGS),
        lang=st.sampled_from(["", ".de"]),
        title=st.sampled_from(WORDS),
        day=st.integers(1, 28),
        tags=st.lists(st.sampled_from(TAGS), max_size=2, unique=True),
        source=st.sampled_from(
            ["", "reuters", "Some Paper", "https://www.example.com/x", "{name: reuters, use: cites}"]
        ),
        people=st.sampled_from(PEOPLE),
        link=st.sampled_from(SLUGS),
        extra=st.sampled_from(
            [
                "",
                "draft: true\n",
                "section: World\n",
                "aliases: [/old/]\n",
                "updated: 2024-05-05\n",
                "story: affair\n",
                "expires: 2024-06-10\n",
                "weight: -1\n",
                "translation_key: key\n",
                "lang: fr\n",
                "slug: other\n",
                "extra: {x: 1}\n",
                "image: {src: /p.png, alt: P}\n",
                ORIGINAL,
                *TRUTH,
            ]
        ),
    )
    def write(
        self,
        slug: str,
        lang: str,
        title: str,
        day: int,
        tags: list[str],
        source: str,
        people: str,
        link: str,
        extra: str,
    ) -> None:
        front = f"title: '{title}'\ndate: 2024-05-{day:02d}\ntags: {tags!r}\n" + people + extra
        front += f"sources: [{source}]\n" if source else ""
        text = f"---\n{front}---\n{title} of {slug}, [see]({link}.md) and [top](#{slug}).\n\n## {slug}\n"
        (self.folder / f"content/{slug}{lang}.md").write_text(text, encoding="utf-8")

    @rule(every=st.sampled_from(["weekly", "weekly", "daily", "files", "off"]))
    def publish_editions(self, every: str) -> None:
        path = self.folder / "site.yaml"
        lines = [line for line in path.read_text(encoding="utf-8").split("\n") if not line.startswith("editions:")]
        path.write_text("\n".join(["editions: " + every, *lines]), encoding="utf-8")

    @rule(
        name=st.sampled_from(["2024-20", "2024-22", "2024-20.de", "2024-05-20"]),
        listed=st.lists(st.sampled_from(SLUGS), max_size=2, unique=True),
        front=st.sampled_from(["date: 2024-05-13\n", "date: 2024-06-02\n", "date: 2024-05-13\ndraft: true\n"]),
        word=st.sampled_from(WORDS),
    )
    def tell_of_an_edition(self, name: str, listed: list[str], front: str, word: str) -> None:
        path = self.folder / f"content/editions/{name}.md"
        path.parent.mkdir(exist_ok=True)
        ending = ".de.md" if name.endswith(".de") else ".md"
        front += f"title: '{word}'\narticles: {[f'../{slug}{ending}' for slug in listed]!r}\n"
        path.write_text(f"---\n{front}---\nSee [this](../one{ending}).\n", encoding="utf-8")

    @rule(slug=st.sampled_from(SLUGS), word=st.sampled_from(WORDS))
    def edit_a_body(self, slug: str, word: str) -> None:
        path = self.folder / f"content/{slug}.md"
        if path.exists():
            path.write_text(path.read_text(encoding="utf-8") + f"\n{word}\n", encoding="utf-8")

    @rule(
        slug=st.sampled_from(SLUGS),
        lang=st.sampled_from(["", ".de"]),
        key=st.sampled_from(["title", "title", "summary", "kicker", "dateline"]),
        word=st.sampled_from(WORDS),
    )
    def tell_it_anew(self, slug: str, lang: str, key: str, word: str) -> None:
        path = self.folder / f"content/{slug}{lang}.md"
        if path.exists():
            lines = [line for line in path.read_text(encoding="utf-8").split("\n") if not line.startswith(f"{key}:")]
            path.write_text("\n".join([lines[0], f"{key}: '{word}'", *lines[1:]]), encoding="utf-8")

    @rule(slug=st.sampled_from(SLUGS))
    def edit_without_a_trace(self, slug: str) -> None:
        """Same size, same modification time: only the content tells."""
        path = self.folder / f"content/{slug}.md"
        if path.exists():
            known = path.stat()
            path.write_bytes(path.read_bytes().swapcase().replace(b"TITLE:", b"title:"))
            os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))

    @rule(slug=st.sampled_from(SLUGS), lang=st.sampled_from(["", ".de"]))
    def delete(self, slug: str, lang: str) -> None:
        (self.folder / f"content/{slug}{lang}.md").unlink(missing_ok=True)

    @rule(slug=st.sampled_from(SLUGS), other=st.sampled_from(SLUGS))
    def rename(self, slug: str, other: str) -> None:
        path = self.folder / f"content/{slug}.md"
        if path.exists():
            path.rename(self.folder / f"content/{other}.md")

    @rule(name=st.sampled_from(["Reuters", "Reuters News"]), about=st.sampled_from(["", "  about: An agency.\n"]))
    def register_a_source(self, name: str, about: str) -> None:
        (self.folder / "sources.yaml").write_text(f"reuters:\n  name: {name}\n{about}", encoding="utf-8")

    @rule(name=st.sampled_from(["Ada", "Ada Byron"]), about=st.sampled_from(["", ", about: A mathematician."]))
    def register_a_person(self, name: str, about: str) -> None:
        (self.folder / "people.yaml").write_text(f"ada: {{name: {name}{about}}}\n", encoding="utf-8")

    @rule(name=st.sampled_from(["Erstes", "Das Erste"]))
    def pair_tags(self, name: str) -> None:
        (self.folder / "tags.yaml").write_text(f"- names: {{en: first, de: {name}}}\n", encoding="utf-8")

    @rule(title=st.sampled_from(["The affair", "affair", "Die Affäre"]), slug=st.sampled_from(["", ", slug: a"]))
    def tell_of_a_story(self, title: str, slug: str) -> None:
        (self.folder / "stories.yaml").write_text(f"affair: {{title: {title}{slug}}}\n", encoding="utf-8")

    @rule(
        key=st.sampled_from(
            [
                "tagline: A line",
                "copyright: Ours",
                "theme_options: {face: sans}",
                "theme_options: {masthead: p.png, columns: 2}",
                "minify: true",
                "policies: {contact: /about/}",
                "paginate: 2",
                "images: {widths: [20, 40]}",
                "images: {widths: [20], formats: [webp, jpeg]}",
                "publish: {host: cloudflare, compress: gzip}",
                "publish: {host: gitlab}",
                "publish: {host: netlify, compress: br}",
                "permalink: /{section}/{slug}/",
                "timezone: Pacific/Kiritimati",
                "languages: [de, fr]",
                "language: de\nlanguages: [en]",
                "theme: bulletin",
                "raw_html: allow",
                "site_id: 6f0a4c1e-5d3b-4a8f-9c2d-7e1b0f3a5c9d",
                "nav: [{title: Out, url: 'https://example.org/'}]",
                "cards: true",
                "x",
            ]
        ),
        url=st.sampled_from(["https://example.org/sub/", "https://example.com/"]),
    )
    def configure(self, key: str, url: str) -> None:
        lines = SITE.partition("-- content")[0].partition("\n")[2].replace("https://example.org/sub/", url)
        if key != "x":
            name = key.partition(":")[0]
            lines = "\n".join(line for line in lines.split("\n") if not line.startswith(name)) + f"\n{key}\n"
        (self.folder / "site.yaml").write_text(lines, encoding="utf-8")

    @rule(text=st.sampled_from(["<p>mine</p>", "<p>{{ page.card.title }}</p>"]))
    def override_a_template(self, text: str) -> None:
        mine = self.folder / "themes/broadsheet/templates"
        mine.mkdir(parents=True, exist_ok=True)
        (mine.parent / "theme.yaml").write_text("name: broadsheet\nextends: broadsheet\n", encoding="utf-8")
        page = '{% extends "broadsheet/article.html" %}{% block tags %}' + text + "{% endblock %}"
        (mine / "article.html").write_text(page, encoding="utf-8")

    @rule(colour=st.sampled_from(["red", "blue"]))
    def override_a_style_sheet(self, colour: str) -> None:
        mine = self.folder / "themes/broadsheet/styles"
        mine.mkdir(parents=True, exist_ok=True)
        (mine.parent / "theme.yaml").write_text("name: broadsheet\nextends: broadsheet\n", encoding="utf-8")
        (mine / "frame.css").write_text(f"body{{color:{colour}}}", encoding="utf-8")

    @rule(
        code=st.sampled_from(
            [
                "def change(a): return replace(a, title=a.title + '!', tags=(*a.tags, 'first'))",
                "def change(a): return replace(a, section='World', extra={'x': a.words})",
                "def pages(site): yield Page('map', 'M', ' '.join(f'[{a.title}](/{a.path})' for a in site.articles))",
                "def filters(): return {'loud': str.upper}",
                "def extensions(): return ['nl2br']",
            ]
        ),
        named=st.booleans(),
    )
    def plug_in(self, code: str, named: bool) -> None:
        path = self.folder / "plugins/mine.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"from dataclasses import replace\nfrom digestgen.plugin import Page\n{code}\n")
        path = self.folder / "site.yaml"
        lines = [line for line in path.read_text(encoding="utf-8").split("\n") if not line.startswith("plugins:")]
        path.write_text("\n".join(["plugins: plugins/mine.py", *lines] if named else lines), encoding="utf-8")

    @rule(
        place=st.sampled_from(["locale", "themes/broadsheet/locale"]),
        lang=st.sampled_from(["de", "de-AT", "en", "fr"]),
        message=st.sampled_from(["Archive", "Sources", "done", "Table", "%(label)s: %(headline)s"]),
        text=st.sampled_from(["", "X", "Y %(x)s"]),
    )
    def say_otherwise(self, place: str, lang: str, message: str, text: str) -> None:
        path = self.folder / place / f"{lang}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent.parent / "theme.yaml").write_text("name: broadsheet\nextends: broadsheet\n", encoding="utf-8")
        text += " %(label)s %(headline)s" if "%" in message and text else ""
        path.write_text(f'msgid "{message}"\nmsgstr "{text}"\n', encoding="utf-8")

    @rule(lang=st.sampled_from(["de", "en", "fr"]))
    def tick_a_list_off(self, lang: str) -> None:
        text = f"---\ntitle: Tasks\ndate: 2024-02-02\nlang: {lang}\n---\n- [x] one\n\nA | B\n-|-\n1 | 2\n"
        (self.folder / "content/tasks.md").write_text(text, encoding="utf-8")

    @rule(place=st.sampled_from(["locale", "themes/broadsheet/locale"]))
    def say_it_as_it_was(self, place: str) -> None:
        shutil.rmtree(self.folder / place, ignore_errors=True)

    @rule()
    def give_the_overrides_up(self) -> None:
        shutil.rmtree(self.folder / "themes", ignore_errors=True)

    @rule(data=st.binary(max_size=8), name=st.sampled_from(["robots.txt", "a/b.txt"]))
    def change_a_static_file(self, data: bytes, name: str) -> None:
        put(self.folder / "content/static" / name, data)

    @rule(data=st.sampled_from([*PICTURES, b"none"]), name=st.sampled_from(["p.png", "static/p.png"]))
    def illustrate(self, data: bytes, name: str) -> None:
        put(self.folder / "content" / name, data)
        (self.folder / "content/seven.md").write_text(
            "---\ntitle: Seven\ndate: 2024-03-03\nimage: {src: p.png, alt: P}\n---\n![p](p.png) ![s](/p.png)\n",
            encoding="utf-8",
        )

    @rule(name=st.sampled_from(["static/a", "static/a.html", "static/robots.txt", "p.png"]))
    def let_a_file_and_a_folder_change_places(self, name: str) -> None:
        path = self.folder / "content" / name
        if path.is_dir():
            shutil.rmtree(path)
            path.write_bytes(b"a file")
        else:
            path.unlink(missing_ok=True)
            path.mkdir(parents=True)
            (path / "deep.txt").write_bytes(b"deep")

    @rule(data=st.data(), place=st.sampled_from(PLACES))
    def move(self, data: st.DataObject, place: str) -> None:
        content = self.folder / "content"
        paths = sorted(str(path.relative_to(content)) for path in content.rglob("*.md") if path.name != "about.md")
        if not paths:
            return
        path = content / data.draw(st.sampled_from(paths))
        stem = path.parent.name if path.name == "index.md" else path.name.partition(".")[0]
        target = content / place.format(stem=stem, title=stem.capitalize())
        if not target.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)

    @rule(slug=st.sampled_from(SLUGS), data=st.sampled_from(PICTURES))
    def put_into_a_folder(self, slug: str, data: bytes) -> None:
        """Let an article have a folder of its own, with its picture; or none any more."""
        folder, file = self.folder / "content" / slug, self.folder / f"content/{slug}.md"
        if folder.exists():
            shutil.rmtree(folder)
            return
        folder.mkdir()
        text = f"---\ntitle: {slug}\ndate: 2024-04-04\n---\n![p](p.png) and [all](p.png) of it\n"
        (folder / "index.md").write_text(text, encoding="utf-8")
        (folder / "p.png").write_bytes(data)
        file.unlink(missing_ok=True)

    @rule(slug=st.sampled_from(SLUGS), other=st.sampled_from(SLUGS))
    def link_hard(self, slug: str, other: str) -> None:
        one, two = (self.folder / f"content/{name}.md" for name in (slug, other))
        if one.is_file() and not os.path.lexists(two):
            os.link(one, two)

    @rule(name=st.sampled_from(["sources.yaml", "people.yaml", "tags.yaml", "stories.yaml"]))
    def forget_a_registry(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    @rule(again=st.booleans(), times=st.booleans())
    def keep_all_or_go_back(self, again: bool, times: bool) -> None:
        """Keep the whole site as it is, or put what was kept in its place, with or without the times of its files."""
        aside = self.root / "aside"
        if again and aside.exists():
            for path in self.folder.iterdir():
                if path.name != ".digestgen":
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            copy = shutil.copy2 if times else shutil.copyfile
            shutil.copytree(aside, self.folder, copy_function=copy, dirs_exist_ok=True)
        else:
            shutil.rmtree(aside, ignore_errors=True)
            shutil.copytree(self.folder, aside, ignore=shutil.ignore_patterns(".digestgen"))

    @rule(count=st.integers(1, 2))
    def go_on_without_a_build(self, count: int) -> None:
        self.unbuilt = count + 1

    # --- what happens while a site is built

    @rule(kind=st.sampled_from(["read", "change"]), number=st.integers(1, 120), data=st.data(), asleep=st.booleans())
    def meddle(self, kind: str, number: int, data: st.DataObject, asleep: bool) -> None:
        """Let somebody edit, or the disk fail, while a build is at work; the next one has to make up for it."""
        slug, word = data.draw(st.sampled_from(SLUGS)), data.draw(st.sampled_from(WORDS))
        happens: dict[str, Callable[[], object]] = {
            "the disk fails": _fail,
            "a text is edited": lambda: self.edit_a_body(slug, word),
            "a title is edited": lambda: self.tell_it_anew(slug, "", "title", word),
            "an article goes": lambda: self.delete(slug, ""),
            "an article comes": lambda: self.write(slug, "", word, 7, ["first"], "", "", slug, ""),
            "an article moves": lambda: self.rename(slug, SLUGS[0]),
            "settings change": lambda: self.configure("tagline: A line", "https://example.com/"),
            "a picture changes": lambda: self.illustrate(PICTURES[1], "p.png"),
            "a bundle comes or goes": lambda: self.put_into_a_folder(slug, PICTURES[0]),
            "the theme changes": lambda: self.override_a_template("<p>mine</p>"),
            "words change": lambda: self.say_otherwise("locale", "de", "Archive", "X"),
            "the cache goes": lambda: self.harm_the_cache("folder"),
            "the output goes": lambda: shutil.rmtree(self.output, ignore_errors=True),
        }
        what = data.draw(st.sampled_from(sorted(happens)))
        if what in ("the cache goes", "the output goes"):
            self.harmed = True
        with pytest.MonkeyPatch.context() as patch, suppress(OSError):
            patch.setattr(files, "system", Meddled(kind, number, happens[what]))
            if asleep:
                patch.setattr(traces, "settled", lambda _stamp, _taken: True)
            if (self.folder / "site.yaml").exists():
                self._build()

    @precondition(lambda _: hasattr(os, "fork"))
    @rule(number=st.integers(1, 120))
    def be_killed(self, number: int) -> None:
        """Let a build end at any change of a file as if it had been killed."""
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(120)  # whatever it is at: nobody waits for ever
            files.system = Meddled("change", number, lambda: os._exit(0))
            try:
                self._build()
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    # --- what happens to the output and the cache

    @rule(name=st.sampled_from(["out", "other"]))
    def write_elsewhere(self, name: str) -> None:
        self.output = self.root / name

    @rule(data=st.data(), text=st.binary(max_size=4))
    def lay_something_foreign_there(self, data: st.DataObject, text: bytes) -> None:
        pages = sorted(path for path in published(self.output) if path.endswith("/index.html"))
        if pages:
            path = f"{self.output.name}/{data.draw(st.sampled_from(pages)).rpartition('/')[0]}/mine"
            (self.root / path).write_bytes(text)
            self.foreign[path] = text

    @precondition(lambda self: self.output.exists())
    @rule(data=st.data(), harm=st.sampled_from(["damage", "delete", "empty"]))
    def harm_the_output(self, data: st.DataObject, harm: str) -> None:
        paths = sorted(published(self.output))
        if not paths:
            return
        path = self.output / data.draw(st.sampled_from(paths))
        if harm == "delete":
            path.unlink()
        else:
            path.write_bytes(b"" if harm == "empty" else path.read_bytes()[::-1])

    @rule(harm=st.sampled_from(["delete", "garbage", "truncate", "rows", "folder"]))
    def harm_the_cache(self, harm: str) -> None:
        file = self.folder / ".digestgen/cache.sqlite"
        if not file.exists():
            return
        self.harmed = True
        if harm == "folder":
            shutil.rmtree(file.parent)
        elif harm == "delete":
            file.unlink()
        elif harm == "rows":
            with sqlite3.connect(file) as base:
                base.execute("UPDATE parsed SET article = replace(article, 'One', 'Two')")
                base.execute("UPDATE rendered SET key = (SELECT key FROM rendered LIMIT 1)")
                base.execute("UPDATE manuscript SET text = replace(text, 'first', 'last')")
            base.close()
        else:
            data = file.read_bytes()
            file.write_bytes(b"garbage" * 100 if harm == "garbage" else data[: len(data) // 2])

    # --- circumstances

    @rule(days=st.integers(-40, 40))
    def let_time_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(day=st.integers(1, 31), hour=st.sampled_from([0, 12]))
    def go_to_a_time_with_news(self, day: int, hour: int) -> None:
        self.now = datetime(2024, 5, day, hour, tzinfo=UTC)

    @rule(jobs=st.sampled_from([1, 2]))
    def change_the_jobs(self, jobs: int) -> None:
        self.jobs = jobs

    @rule(asked=st.sampled_from([{}, *ASKED]))
    def ask_otherwise(self, asked: dict[str, Any]) -> None:
        self.asked = asked

    @rule(known=st.booleans())
    def stay_in_one_process(self, known: bool) -> None:
        self.memory = unchanged.Memory() if known else None

    def _build(self) -> build.Result:
        return outcome(self.folder, self.now, self.output, self.jobs, memory=self.memory, **self.asked)

    # --- the law

    @invariant()
    def incremental_equals_clean(self) -> None:
        if not (self.folder / "site.yaml").exists():
            return
        if self.unbuilt:
            self.unbuilt -= 1
            return
        asked = build.asked(build.Request(self.folder, self.now, self.output, **self.asked))
        still = still_as_it_was(self.folder, self.output, self.now, asked)
        before = everything(self.output) if self.output.exists() else {}
        result = self._build()
        clean = self._clean()
        if clean is None:
            assert not result.ok
            return
        assert result.ok, told(result.diagnostics)
        found = published(self.output)
        for path, text in self.foreign.items():
            if path.startswith(f"{self.output.name}/"):
                assert found.pop(path.partition("/")[2]) == text
        assert found == clean
        if still:
            assert everything(self.output) == before
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(revise, "attempt", lambda *_: None)
            again = self._build()
        assert again.written is not None
        assert (again.written.written, again.written.removed) == ((), ())
        if result.revised and not self.harmed:  # what was left as it was is just what a whole look leaves
            assert dict(again.why) == {}
            assert told(again.diagnostics) == told(result.diagnostics)
        self.harmed = False

    def _clean(self) -> dict[str, bytes] | None:
        copy, fresh = self.root / "copy", self.root / "fresh"
        shutil.copytree(self.folder, copy, ignore=shutil.ignore_patterns(".digestgen"))
        try:
            return published(fresh) if outcome(copy, self.now, fresh, **self.asked).ok else None
        finally:
            shutil.rmtree(copy)
            shutil.rmtree(fresh, ignore_errors=True)


Editing.TestCase.settings = settings(
    max_examples=int(os.environ.get("DIGESTGEN_EXAMPLES", "8")),
    stateful_step_count=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking whole sites takes longer than reading a failure
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestIncrementalEqualsClean = Editing.TestCase


# --- a test of the test: a key that leaves something out is caught


def _changed_article(folder: Path) -> None:
    path = folder / "content/one.md"
    path.write_text(path.read_text(encoding="utf-8").replace("And more.", "And much more."), encoding="utf-8")


def _retitled_neighbour(folder: Path) -> None:
    (folder / "content/two.md").write_text("---\ntitle: Other\ndate: 2024-01-02\n---\nB\n", encoding="utf-8")


def _new_template(folder: Path) -> None:
    mine = folder / "themes/broadsheet/templates"
    mine.mkdir(parents=True)
    (mine.parent / "theme.yaml").write_text("name: broadsheet\nextends: broadsheet\n", encoding="utf-8")
    page = '{% extends "broadsheet/article.html" %}{% block tags %}mine{% endblock %}'
    (mine / "article.html").write_text(page, encoding="utf-8")


def _new_option(folder: Path) -> None:
    path = folder / "site.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "theme_options: {face: sans}\n", encoding="utf-8")


def _new_tag_name(folder: Path) -> None:
    (folder / "tags.yaml").write_text("- names: {en: First}\n", encoding="utf-8")


def _new_in_the_story(folder: Path) -> None:
    (folder / "content/three.md").write_text("---\ntitle: Three\ndate: 2024-01-03\nstory: it\n---\n", encoding="utf-8")


def _respelt_person(folder: Path) -> None:
    """The name of an older article decides where a person's page is."""
    text = "---\ntitle: Three\ndate: 2023-12-31\nauthors: AdaByron\n---\nC\n"
    (folder / "content/three.md").write_text(text, encoding="utf-8")


def _new_words(folder: Path) -> None:
    (folder / "locale").mkdir()
    (folder / "locale/en.po").write_text('msgid "Older and newer articles"\nmsgstr "Near"\n', encoding="utf-8")


def _without(*left_out: int) -> Callable[[pytest.MonkeyPatch], None]:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        whole = Desk.key

        def key(self: Desk, *inputs: object) -> str:
            return whole(self, *(item for number, item in enumerate(inputs) if number not in left_out))

        monkeypatch.setattr(Desk, "key", key)

    return patch


def _constant(owner: type, name: str) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda monkeypatch: monkeypatch.setattr(owner, name, lambda _self, _of: "constant")


def _without_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Language, "mark", "constant")


MUTATIONS = {
    "the article": (_without(0), _changed_article),
    "the neighbours": (_without(1), _retitled_neighbour),
    "the story": (_without(1), _new_in_the_story),
    "the tags": (_without(2), _new_tag_name),
    "the byline": (_without(1, 3), _respelt_person),
    "the site's words": (_without_words, _new_words),
    "the templates": (_constant(Renderer, "closure"), _new_template),
    "what stands on every page": (_constant(Renderer, "shared"), _new_option),
}


@pytest.mark.parametrize("left_out", MUTATIONS)
def test_a_key_that_leaves_something_out_shows(left_out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patch, edit = MUTATIONS[left_out]
    assert _stale_after(edit, tmp_path / "right") == set()
    patch(monkeypatch)
    assert "2024/01/one/index.html" in _stale_after(edit, tmp_path / "wrong")


def test_a_list_whose_key_leaves_its_articles_out_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Desk, "_marked", lambda _, item: Shown(item, "constant"))
    stale = _stale_after(_retitled_neighbour, tmp_path)
    assert {"archive/2024/01/index.html", "2024/01/one/index.html"} <= stale


def _stale_after(edit: Callable[[Path], None], root: Path) -> set[str]:
    """Return the paths at which an incremental build after an edit differs from a clean one."""
    folder = write_site(root / "site", SITE)
    (folder / "content/two.md").write_text("---\ntitle: Two\ndate: 2024-01-02\n---\nB\n", encoding="utf-8")
    assert outcome(folder, NOW, root / "out").ok
    edit(folder)
    assert outcome(folder, NOW, root / "out").ok
    shutil.rmtree(folder / ".digestgen")
    assert outcome(folder, NOW, root / "fresh").ok
    have, want = published(root / "out"), published(root / "fresh")
    return {path for path in have.keys() | want.keys() if have.get(path) != want.get(path)}


# --- the work that is done


def work_after(site: Callable[[str], Path], edit: Callable[[Path], None], text: str = SITE) -> build.Result:
    folder = site(text)
    output = folder / "public"
    assert outcome(folder, NOW, output).ok
    edit(folder)
    result = outcome(folder, NOW, output)
    assert result.ok, told(result.diagnostics)
    return result


def many(count: int) -> str:
    """A site of `count` articles about two things, a day apart."""
    days = (datetime(2024, 5, 1, tzinfo=UTC) - timedelta(days=number) for number in range(count))
    listed = (
        f"-- content/a{number}.md --\n---\ntitle: A{number}\ndate: {day:%Y-%m-%d}\ntags: [t{number % 2}]\n---\nText.\n"
        for number, day in enumerate(days)
    )
    return "-- site.yaml --\ntitle: Many\nurl: https://example.org/\n" + "".join(listed)


def test_a_body_edit_renders_one_page_and_writes_the_feeds_that_carry_it(site: Callable[[str], Path]) -> None:
    def edit(folder: Path) -> None:
        with (folder / "content/a30.md").open("a", encoding="utf-8") as file:
            file.write("\nMore.\n")

    result = work_after(site, edit, many(40))
    assert result.revised
    assert result.parsed == {"a30.md"}
    assert result.rendered == {"2024/04/a30/index.html"}


def test_a_title_edit_renders_the_page_and_the_lists_and_neighbours_that_show_it(site: Callable[[str], Path]) -> None:
    def edit(folder: Path) -> None:
        path = folder / "content/a30.md"
        path.write_text(path.read_text(encoding="utf-8").replace("title: A30", "title: Other"), encoding="utf-8")

    result = work_after(site, edit, many(60))
    assert result.rendered == {
        "2024/04/a30/index.html",
        "2024/04/a29/index.html",
        "2024/03/a31/index.html",
        *(f"2024/04/a{number}/index.html" for number in (28, 26, 24)),  # it is an older one with their tag
        "archive/2024/04/index.html",
        "tags/t0/index.html",
    }
    assert result.revised


@pytest.mark.parametrize("count", [60, 240])
def test_a_new_article_renders_a_number_of_pages_that_does_not_grow(site: Callable[[str], Path], count: int) -> None:
    def edit(folder: Path) -> None:
        text = "---\ntitle: New\ndate: 2024-05-02\ntags: [t0]\n---\nText.\n"
        (folder / "content/new.md").write_text(text, encoding="utf-8")

    result = work_after(site, edit, many(count))
    assert result.rendered == {
        "2024/05/new/index.html",
        "2024/05/a0/index.html",
        "index.html",
        "archive/index.html",
        "archive/2024/index.html",
        "archive/2024/05/index.html",
        "tags/index.html",
        "tags/t0/index.html",
    }


def test_a_template_edit_renders_the_pages_whose_templates_reach_it_and_parses_nothing(
    site: Callable[[str], Path],
) -> None:
    result = work_after(site, _new_template)
    assert result.parsed == frozenset()
    assert result.rendered == {"2024/01/one/index.html"}


def test_each_file_that_is_made_is_explained(site: Callable[[str], Path]) -> None:
    def edit(folder: Path) -> None:
        _changed_article(folder)
        (folder / "public/tags/index.html").unlink()

    why = work_after(site, edit).why
    assert why["2024/01/one/index.html"] == "what it shows changed"
    assert why["tags/index.html"] == "its file in the output was missing or changed"


# --- nothing to do


SLOW = ("markdown", "jinja2", "yaml", "babel", "pygments", "nh3", "digestgen.build", "digestgen.schema", "rich")


def test_nothing_changed_is_decided_without_the_slow_libraries(site: Callable[[str], Path]) -> None:
    import subprocess
    import sys

    folder = site(SITE)
    script = (
        "import sys, digestgen.cli as cli\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "print(','.join(name for name in sys.modules))"
    )
    command = [sys.executable, "-c", script, "-C", str(folder), "build", "--now", "2024-06-01"]
    first = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    second = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "digestgen.build" in first.splitlines()[-1].split(",")
    assert [name for name in SLOW if name in second.splitlines()[-1].split(",")] == []
    assert " 0 files written" in second


def test_an_edit_that_keeps_size_and_time_is_seen(site: Callable[[str], Path]) -> None:
    def edit(folder: Path) -> None:
        path = folder / "content/one.md"
        known = path.stat()
        path.write_bytes(path.read_bytes().replace(b"first.", b"FIRST."))
        os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))

    assert work_after(site, edit).parsed == {"one.md"}


def test_a_file_that_changed_just_before_it_was_read_is_not_trusted_by_its_stamp() -> None:
    second = 1_000_000_000
    assert traces.settled((5 * second + 1, 5 * second + 1, 1, 1), 6 * second)
    assert not traces.settled((6 * second - 9, 5 * second + 1, 1, 1), 6 * second)
    assert not traces.settled((5 * second, 5 * second, 1, 1), 6 * second)


def test_values_that_are_written_alike_have_fingerprints_of_their_own() -> None:
    values: list[object] = ["ab", ("ab",), ("a", "b"), ("a", ("b",)), 1, "1", True, None, "", (), {"a": "b"}]
    assert len({fingerprint.of_value(value) for value in values}) == len(values)


def test_the_cache_keeps_itself_out_of_git(site: Callable[[str], Path]) -> None:
    folder = site(SITE)
    assert outcome(folder, NOW, folder / "public").ok
    assert (folder / ".digestgen/.gitignore").read_text(encoding="utf-8").endswith("*\n")


def test_a_cache_that_cannot_be_written_is_no_error(site: Callable[[str], Path]) -> None:
    folder = site(SITE)
    (folder / ".digestgen").write_text("in the way", encoding="utf-8")
    assert outcome(folder, NOW, folder / "public").ok


def test_builds_that_hand_on_what_they_know_make_the_same(site: Callable[[str], Path]) -> None:
    folder = site(SITE)
    memory = unchanged.Memory()
    request = build.Request(folder, NOW, jobs=1, memory=memory)
    assert build.build(request).ok
    for edit in (_changed_article, _retitled_neighbour, _new_tag_name, _new_option):
        edit(folder)
        assert build.build(request).ok
        again = build.build(request)
        assert again.written is not None
        assert (again.written.written, again.written.removed) == ((), ())
    made = published(folder / "public")
    shutil.rmtree(folder / ".digestgen")
    assert outcome(folder, NOW, folder / "fresh").ok
    assert made == published(folder / "fresh")


# --- builds of one site at once, into folders of their own


def test_a_text_that_another_build_remembers_meanwhile_is_none_of_this_ones(site: Callable[[str], Path]) -> None:
    """Both read the same article at another time, and they have one cache."""
    folder = site(SITE)
    path = folder / "content/one.md"
    first, other = path.read_bytes(), path.read_bytes().replace(b"And more.", b"And less.")
    met: list[build.Result] = []

    def meanwhile(stage: str, done: int, of: int) -> None:
        if stage == "articles" and done == of and not met:
            path.write_bytes(other)
            met.append(outcome(folder, NOW, folder.parent / "other"))
            path.write_bytes(first)

    assert outcome(folder, NOW, folder.parent / "out", progress=meanwhile).ok
    assert met[0].ok
    for _ in range(2):
        assert outcome(folder, NOW, folder.parent / "out").ok
    shutil.rmtree(folder / ".digestgen")
    assert outcome(folder, NOW, folder.parent / "fresh").ok
    assert published(folder.parent / "out") == published(folder.parent / "fresh")


@pytest.mark.parametrize("remembers", [False, True])
def test_what_a_build_revises_is_not_remembered_beside_what_another_read_meanwhile(
    site: Callable[[str], Path], remembers: bool
) -> None:
    folder = site(SITE)
    out, met = folder.parent / "out", list[str]()
    memory = unchanged.Memory() if remembers else None
    assert outcome(folder, NOW, out, memory=memory).ok
    _changed_article(folder)

    def meanwhile(stage: str, done: int, of: int) -> None:
        if stage == "pages" and done == of and not met:
            met.append(stage)
            _retitled_neighbour(folder)
            assert outcome(folder, NOW, folder.parent / "other").ok

    assert outcome(folder, NOW, out, memory=memory, progress=meanwhile).revised
    assert met
    for edit in (_new_in_the_story, _changed_article):
        edit(folder)
        assert outcome(folder, NOW, out, memory=memory).ok
    shutil.rmtree(folder / ".digestgen")
    assert outcome(folder, NOW, folder.parent / "fresh").ok
    assert published(out) == published(folder.parent / "fresh")


def _with_a_check(base: sqlite3.Connection) -> None:
    """Let the text of an article be none, with a checksum that fits."""
    (key,) = base.execute("SELECT key FROM parsed WHERE path = 'one.md'").fetchone()
    base.execute("UPDATE manuscript SET text = '{}', check_ = ?", (traces._check("one.md", key, "{}"),))


@pytest.mark.parametrize(
    "harm",
    [
        lambda base: base.execute("DELETE FROM manuscript"),
        lambda base: base.execute("UPDATE manuscript SET text = '{}'"),
        _with_a_check,
    ],
    ids=["gone", "damaged", "forged"],
)
@pytest.mark.parametrize("changes", [False, True])
def test_a_text_that_is_lost_meanwhile_is_read_again_and_has_to_be_the_same(
    site: Callable[[str], Path], harm: Callable[[sqlite3.Connection], object], changes: bool
) -> None:
    folder = site(SITE)
    path = folder / "content/one.md"
    met: list[str] = []

    def meanwhile(stage: str, done: int, of: int) -> None:
        if stage == "articles" and done == of and not met:
            met.append(stage)
            with sqlite3.connect(folder / ".digestgen/cache.sqlite") as base:
                harm(base)
            base.close()
            if changes:
                path.write_bytes(path.read_bytes().replace(b"And more.", b"And less."))

    if changes:
        with pytest.raises(OSError, match="changed while the site was built; build again") as raised:
            outcome(folder, NOW, folder / "public", progress=meanwhile)
        assert raised.value.filename == str(path)
    else:
        assert outcome(folder, NOW, folder / "public", progress=meanwhile).ok
    assert outcome(folder, NOW, folder / "public").ok
    shutil.rmtree(folder / ".digestgen")
    assert outcome(folder, NOW, folder / "fresh").ok
    assert published(folder / "public") == published(folder / "fresh")


# --- files that change while a site is built

MOVING = """\
-- site.yaml --
title: Old
url: https://example.org/
theme: mine
-- sources.yaml --
paper: {name: The Old}
-- tags.yaml --
- names: {en: old}
-- content/one.md --
---
title: One
date: 2024-01-01
tags: [old]
sources: [paper]
---
Old. ![](p.svg)
-- content/p.svg --
<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>old</title></svg>
-- content/static/robots.txt --
# old
-- themes/mine/theme.yaml --
name: mine
extends: broadsheet
options: {word: {type: text, default: old}}
-- themes/mine/templates/base.html --
{% extends "broadsheet/base.html" %}
{% block head %}{{ super() }}<meta name="x" content="old">{% endblock %}
-- themes/mine/assets/own.css --
p { font-family: old }
"""

PLUGGED = """\
-- plug.py --
def filters():
    return {"loud": lambda text: f"{text} old"}
-- themes/mine/templates/base.html --
{% extends "broadsheet/base.html" %}
{% block head %}{{ super() }}<meta name="x" content="{{ "x"|loud }}">{% endblock %}
"""


@pytest.mark.parametrize("which", ["first", "later"])
@pytest.mark.parametrize(
    "path", [*(line.split(" ")[1] for line in MOVING.splitlines() if line.startswith("-- ")), "plug.py"]
)
def test_a_file_that_changes_after_it_was_read_is_seen_by_the_next_build(
    path: str, which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = MOVING.replace("theme:", "plugins: [plug.py]\ntheme:") + PLUGGED if path == "plug.py" else MOVING
    folder = write_site(tmp_path / "site", site)
    moving = folder / path
    monkeypatch.setattr(traces, "settled", lambda _stamp, _taken: True)  # as if no file had changed just now
    memory = unchanged.Memory()
    request = build.Request(folder, NOW, folder / "public", jobs=1, memory=memory)
    if which == "later":
        assert build.build(request).ok
        _put(moving, moving.read_bytes().replace(b"old", b"odd").replace(b"Old", b"Odd"))
    read, times = files.read_bytes, iter(range(100))

    def changing(name: str, limit: int) -> bytes:
        found = data = read(name, limit)
        if Path(name) == moving and next(times) == 0:
            for word in (b"ld", b"dd"):
                data = data.replace(b"o" + word, b"new").replace(b"O" + word, b"New")
            _put(moving, data)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(files, "read_bytes", changing)
        build.build(request)
    assert next(times) > 0
    if not still_as_it_was(folder, folder / "public", NOW):
        assert build.build(request).ok
    shutil.rmtree(folder / ".digestgen")
    assert outcome(folder, NOW, folder / "fresh").ok
    assert published(folder / "public") == published(folder / "fresh")


def _put(file: Path, data: bytes) -> None:
    """Write a file as editors do: another one in its place."""
    beside = file.with_name(f".{file.name}")
    beside.write_bytes(data)
    beside.replace(file)
