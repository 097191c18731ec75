"""What is held back is nowhere in the output before its time, whatever points to it; and then it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.building import built, published, told, well_built

Site = Callable[[str], Path]

BEFORE = datetime(2024, 6, 1, 11, 59, 59, tzinfo=UTC)
AFTER = datetime(2024, 6, 1, 12, tzinfo=UTC)

#: Words that stand in what is held and nowhere else; files of pictures hold them as text.
SECRETS = (
    "Xyloquartz", "xyloquartz", "Vexmumble", "Grolphid", "Plimforth", "Quenderby", "Zwiebelqualm", "zwiebelqualm",
    "Brindlewock", "Tarnopix", "Wumbledorf", "Skriegel", "humpfnasel", "Dribblecatch", "Flonkwurst", "Yarrowgub",
    "Oxenfribble", "Mulligrubs",
)  # fmt: skip

#: {when} is the key that holds it; what is published points to it in every way there is.
SITE = """\
-- site.yaml --
title: Digest
url: https://digest.example/
languages: [de]
timezone: Europe/Berlin
paginate: 2
nav:
- {{title: Soon, url: /2024/{month}/xyloquartz/}}
- {{title: Tags, url: /tags/}}
-- people.yaml --
quenderby: {{name: Quenderby}}
-- sources.yaml --
plimforth: {{name: Plimforth, about: Of Plimforth., kind: agency}}
-- tags.yaml --
- {{names: {{en: Grolphid, de: Grolphid}}, description: {{en: About Grolphid.}}}}
-- stories.yaml --
brindlewock: {{title: Brindlewock, summary: All about Brindlewock.}}
-- content/2024-05-02-xyloquartz.md --
---
title: Xyloquartz found
summary: Vexmumble at last.
kicker: Vexmumble
dateline: Wumbledorf
section: Skriegel
tags: [Grolphid, common]
authors: quenderby
sources: [plimforth, "https://humpfnasel.example/"]
credits: {{role: reporting, people: {{name: Dribblecatch, place: Wumbledorf}}}}
story: brindlewock
genre: analysis
corrections: {{date: "2024-06-01T12:00Z", text: Flonkwurst was wrong.}}
aliases: [/old/xyloquartz/]
image: {{src: tarnopix.svg, alt: Tarnopix, caption: Tarnopix}}
extra: {{note: Yarrowgub}}
{when}
---
Vexmumble in the text, ![Tarnopix](pictures/tarnopix-two.svg) and ![Tarnopix](/shots/tarnopix-three.svg), with a
[file](tarnopix.pdf). See [the other](2024-05-01-before.md).

## Yarrowgub
-- content/2024-05-02-xyloquartz.de.md --
---
title: Zwiebelqualm gefunden
slug: zwiebelqualm
translation: {{of: 2024-05-02-xyloquartz.md, by: quenderby, tool: Mulligrubs}}
image: {{src: static/shots/tarnopix-four.svg, alt: Tarnopix}}
{when}
---
Vexmumble auf Deutsch.
-- content/pages/secret.md --
---
title: Oxenfribble
{when}
---
Oxenfribble.
-- content/tarnopix.svg --
<svg xmlns="http://www.w3.org/2000/svg"><title>Tarnopix</title></svg>
-- content/tarnopix.pdf --
Tarnopix
-- content/pictures/tarnopix-two.svg --
<svg xmlns="http://www.w3.org/2000/svg"><title>Tarnopix</title></svg>
-- content/static/shots/tarnopix-three.svg --
<svg xmlns="http://www.w3.org/2000/svg"><title>Tarnopix</title></svg>
-- content/static/shots/tarnopix-four.svg --
<svg xmlns="http://www.w3.org/2000/svg"><title>Tarnopix</title></svg>
-- content/static/shots/shared.svg --
<svg xmlns="http://www.w3.org/2000/svg"><title>Shared</title></svg>
-- content/shared.svg --
<svg xmlns="http://www.w3.org/2000/svg"><title>Shared</title></svg>
-- content/2024-05-01-before.md --
---
title: Before
tags: common
story: other
---
Links by [file](2024-05-02-xyloquartz.md), [place](2024-05-02-xyloquartz.md#yarrowgub "soon"),
[address](/2024/{month}/xyloquartz/), [former address](/old/xyloquartz/), [page](pages/secret.md),
![Shared](shared.svg), <a href="2024-05-02-xyloquartz.de.md" title="soon">HTML</a>, [reference][soon].

[soon]: 2024-05-02-xyloquartz.md
-- content/2024-05-02-xyloquartz.fa.md --
---
title: Version
slug: version
translation: {{of: 2024-05-02-xyloquartz.md, from: en}}
---
Another version.
-- content/2024-05-03-after.md --
---
title: After
tags: common
image: {{src: /shots/shared.svg, alt: Shared}}
---
After.
-- content/2024-05-03-after.de.md --
---
title: Danach
---
Danach.
"""


def seen(files: dict[str, bytes]) -> set[str]:
    """Return which secrets stand in any file or in any file's name."""
    whole = b"\n".join([path.encode() + b"\n" + data for path, data in files.items()]).decode()
    return {secret for secret in SECRETS if secret in whole}


@pytest.mark.parametrize(
    ("when", "month"),
    [("date: 2024-06-01T14:00+02:00", "06"), ("date: 2024-05-02\nembargo: 2024-06-01T14:00+02:00", "05")],
    ids=["the future", "an embargo"],
)
def test_no_byte_of_what_is_held_is_in_the_output_before_its_time(site: Site, when: str, month: str) -> None:
    folder = site(SITE.format(when=when, month=month))
    before = well_built(folder, now=BEFORE)
    assert seen(before) == set()
    assert [path for path, data in before.items() if b"Tarnopix" in data] == []
    assert {"shots/shared.svg", "2024/05/before/shared.svg"} <= before.keys()
    after = well_built(folder, now=AFTER)
    missing = {"Plimforth", "Quenderby", "Brindlewock"}  # shown where the theme says so, and not by this test
    assert set(SECRETS) - seen(after) <= missing
    assert {"shots/tarnopix-three.svg", "shots/tarnopix-four.svg"} <= after.keys()


def test_what_was_there_goes_when_an_embargo_is_laid_on_it(site: Site) -> None:
    folder = site(SITE.format(when="date: 2024-05-02", month="05"))
    assert seen(well_built(folder, now=AFTER))
    for file in (folder / "content").rglob("*.md"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("date: 2024-05-02\n", "date: 2024-05-02\nembargo: 2024-07-01\n"), encoding="utf-8")
    again = built(folder, now=AFTER)
    assert not again.ok  # a correction from before the embargo ends
    for file in (folder / "content").rglob("*.md"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"corrections: .*\n", "", text), encoding="utf-8")
    assert seen(well_built(folder, now=AFTER)) == set()


# --- pictures among the files that are copied as they are


HELD = """\
-- site.yaml --
title: Digest
url: https://digest.example/
{settings}
-- content/held.md --
---
title: Held
date: 2024-05-01
{held}
image: {{src: /shot.svg, alt: Shot}}
---
[A file](/file.pdf).
-- content/2024-05-01-other.md --
---
title: Other
---
{body}
-- content/static/shot.svg --
<svg xmlns="http://www.w3.org/2000/svg"/>
-- content/static/file.pdf --
PDF
"""


@pytest.mark.parametrize(
    ("held", "body", "settings", "there"),
    [
        ("embargo: 2025-01-01", "", "", {"file.pdf"}),
        ("embargo: 2025-01-01", "![It](/shot.svg)", "", {"file.pdf", "shot.svg"}),
        ("embargo: 2025-01-01", "[It](static/shot.svg)", "", {"file.pdf", "shot.svg"}),
        ("embargo: 2025-01-01", "", "nav: [{title: Shot, url: /shot.svg}]", {"file.pdf", "shot.svg"}),
        ("embargo: 2025-01-01", "", "theme_options: {masthead: shot.svg}", {"file.pdf", "shot.svg"}),
        ("draft: true", "", "", {"file.pdf", "shot.svg"}),
        ("expires: 2024-05-02", "", "", {"file.pdf", "shot.svg"}),
    ],
)
def test_a_static_picture_waits_for_the_only_article_that_shows_it(
    site: Site, held: str, body: str, settings: str, there: set[str]
) -> None:
    result = built(site(HELD.format(held=held, body=body, settings=settings)))
    assert result.output is not None
    files = published(result.output)
    assert {path for path in files if path.endswith((".svg", ".pdf"))} == there
    notes = [line for line in told(result.diagnostics) if "held-picture" in line]
    assert len(notes) == ("shot.svg" not in there)


# --- headlines in links


LINKED = """\
-- site.yaml --
title: Digest
-- content/held.md --
---
title: 'Kim meets "Putin"'
date: 2025-01-01
---
-- content/2024-05-01-other.md --
---
title: Other
---
{body}
-- content/pic.svg --
<svg/>
"""


@pytest.mark.parametrize(
    ("body", "warned"),
    [
        ("[the talks](held.md)", False),
        ("[Kim *meets*  “Putin”](held.md)", True),
        ("[kim meets “Putin”](held.md#x)", True),
        ("[Read: Kim meets “Putin” today](/2025/01/held/)", True),
        ("[![Kim meets “Putin”](pic.svg)](held.md)", False),
        ("[Kim meets “Putin”](2024-05-01-other.md)", False),
    ],
)
def test_a_link_that_says_the_held_headline_is_warned_of(site: Site, body: str, warned: bool) -> None:
    folder = site(LINKED.format(body=body))
    lines = [line for line in told(built(folder).diagnostics) if "held-headline" in line]
    place = f"content/2024-05-01-other.md:4:{body.rindex('](') + 3}"
    expected = f"warning[held-headline] {place} the link's text is the headline of content/held.md, which is held back"
    assert lines == ([expected] if warned else [])


_PUT_OFF = """\
-- site.yaml --
title: Digest
url: https://digest.example/
site_id: 6e0c5f3a-3b52-4f3e-9d86-0d3a5b1f7a10
-- content/2024-05-30-new.md --
---
title: New
---
-- content/2024-05-01-late.md --
---
title: Late
embargo: 2024-06-01T10:00Z
---
"""


def test_what_an_embargo_put_off_is_new_to_feeds_and_news_when_it_comes(site: Site) -> None:
    pages = {path: data.decode() for path, data in well_built(site(_PUT_OFF), now=AFTER).items()}
    assert re.findall(r"<title>(?:New|Late)<", pages["feed.xml"]) == ["<title>Late<", "<title>New<"]
    assert "<published>2024-06-01T10:00:00+00:00</published>" in pages["feed.xml"]
    assert "/2024/05/late/" in pages["news-sitemap.xml"]
    assert '"datePublished":"2024-06-01T10:00:00+00:00"' in pages["2024/05/late/index.html"]
    assert "May 1, 2024" in pages["2024/05/late/index.html"]


def test_an_address_that_a_held_article_will_have_is_taken(site: Site) -> None:
    other = "-- content/b/2024-05-01-late.md --\n---\ntitle: Other\nslug: late\n---\n"
    result = built(site(_PUT_OFF + other), now=BEFORE.replace(day=1, hour=9))
    assert [item.code for item in result.diagnostics] == ["url-collision"]


def test_a_correction_is_told_when_its_date_has_come(site: Site) -> None:
    corrected = "corrections: [{date: 2024-06-01T12:00Z, text: It was two.}]"
    folder = site(_PUT_OFF.replace("title: New", f"title: New\n{corrected}"))
    before = published(folder / "public") if built(folder, now=BEFORE).ok else {}
    assert not [path for path, data in before.items() if b"It was two" in data]
    after = well_built(folder, now=AFTER)
    assert {"2024/05/new/index.html", "corrections/index.html", "feed.xml"} <= {
        path for path, data in after.items() if b"It was two" in data
    }
