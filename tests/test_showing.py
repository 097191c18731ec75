"""What a preview asks of a build beyond what is published: drafts, what is to come, names of files that stay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from digestgen import build
from tests.building import NOW, plain_theme, published, told, well_built

Site = Callable[[str], Path]

SITE = f"""\
-- site.yaml --
title: Digest
theme: plain
-- content/2024-05-01-plain.md --
---
title: Plain
---
-- content/2024-05-02-secret.md --
---
title: Secret
draft: true
---
-- content/2024-07-01-later.md --
---
title: Later
---
-- content/2024-05-03-embargoed.md --
---
title: Embargoed
embargo: 2024-06-02
---
-- content/2024-05-04-gone.md --
---
title: Gone
draft: true
expires: 2024-05-05
---
{plain_theme()}-- themes/plain/assets/plain.css --
p {{ color: red }}
"""

PLAIN, SECRET, LATER, EMBARGOED, GONE = (
    f"{month}/{name}/index.html"
    for month, name in (
        ("2024/05", "plain"),
        ("2024/05", "secret"),
        ("2024/07", "later"),
        ("2024/05", "embargoed"),
        ("2024/05", "gone"),
    )
)


def previewed(folder: Path, *, drafts: bool = False, future: bool = False) -> build.Result:
    room = ".digestgen/preview"
    shown = build.Request(
        folder, NOW, folder / room / "site", jobs=1, room=room, drafts=drafts, future=future, stable_names=True
    )
    result = build.build(shown)
    assert result.ok, told(result.diagnostics)
    return result


@pytest.mark.parametrize(
    ("drafts", "future", "shown"),
    [
        (False, False, ()),
        (True, False, (SECRET,)),
        (False, True, (LATER, EMBARGOED)),
        (True, True, (SECRET, LATER, EMBARGOED)),
    ],
)
def test_drafts_and_the_future_are_shown_where_they_are_asked_for(
    site: Site, drafts: bool, future: bool, shown: tuple[str, ...]
) -> None:
    files = previewed(site(SITE), drafts=drafts, future=future).files
    assert {path for path in (PLAIN, SECRET, LATER, EMBARGOED, GONE) if path in files} == {PLAIN, *shown}


def test_what_a_preview_shows_is_in_nothing_that_is_published(site: Site) -> None:
    folder = site(SITE)
    clean = well_built(folder)
    previewed(folder, drafts=True, future=True)
    again = build.build(build.Request(folder, NOW, jobs=1))
    assert again.written is not None
    assert (again.written.written, again.written.removed, again.rendered) == ((), (), frozenset())
    assert published(folder / "public") == clean
    assert not any(word in data for data in clean.values() for word in (b"Secret", b"Later", b"Embargoed"))


def test_a_preview_that_shows_less_forgets_what_it_showed(site: Site) -> None:
    folder = site(SITE)
    previewed(folder, drafts=True, future=True)
    less = previewed(folder)
    assert less.output is not None
    left = published(less.output)
    assert (SECRET in left, LATER in left, PLAIN in left) == (False, False, True)
    assert not any(word in data for data in left.values() for word in (b"Secret", b"Later", b"Embargoed"))


def test_a_change_in_a_style_sheet_of_a_preview_changes_no_page(site: Site) -> None:
    folder = site(
        SITE.replace("<title>{{ page", '<link rel="stylesheet" href="{{ asset("plain.css") }}">\n<title>{{ page')
    )
    first = previewed(folder)
    assert first.output is not None
    assert b'href="../../../assets/plain.css"' in (first.output / PLAIN).read_bytes()
    (folder / "themes" / "plain" / "assets" / "plain.css").write_text("p { color: blue }\n")
    result = previewed(folder)
    assert result.written is not None
    assert result.written.written == ("assets/plain.css",)
    assert not result.rendered
