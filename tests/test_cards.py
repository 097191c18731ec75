"""Social cards: what is written on them, what is not, and when they are drawn."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from digestgen.pictures import cards, letters
from tests.building import built, told, well_built
from tests.sites import write_site

SITE = """\
-- site.yaml --
title: The Morning Line
url: https://example.org/
site_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8
publisher: {name: Line & Sons}
cards: true
-- content/ports.md --
---
title: Three ports <reopen> & the "ferries" sail again
date: 2024-05-03
---
Words.
-- content/persian.fa.md --
---
title: باران در راه است
date: 2024-05-02
---
Words.
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_site(tmp_path / "site", SITE)


def drawn(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the cards among the files of a site by the slugs of their articles."""
    return {path.split("/")[-2]: data for path, data in files.items() if path.rpartition("/")[2].startswith("card-")}


def test_every_article_has_a_card_that_its_preview_names(site: Path) -> None:
    files = well_built(site)
    found = drawn(files)
    assert found.keys() == {"ports", "persian"}
    for data in found.values():
        with Image.open(io.BytesIO(data)) as image:
            assert (image.format, image.size) == ("PNG", (1200, 630))
    page = files["2024/05/ports/index.html"].decode()
    (card,) = (path for path in files if path.startswith("2024/05/ports/card-"))
    assert f'<meta property="og:image" content="https://example.org/{card}">' in page
    assert '<meta property="og:image:width" content="1200">' in page
    assert '<meta property="og:image:alt" content="Three ports' in page
    assert '<meta name="twitter:card" content="summary_large_image">' in page


def test_letters_that_the_font_lacks_leave_a_card_without_text(site: Path) -> None:
    found = drawn(well_built(site))
    (site / "content/persian.fa.md").write_text("---\ntitle: 雨\ndate: 2024-05-02\n---\n")
    other = drawn(well_built(site))
    assert found["persian"] == other["persian"]
    assert found["ports"] != found["persian"]


@pytest.mark.parametrize("title", ["雨が降る", "باران", "Rain ☔︎ 🚀", "กรุงเทพ", "", "שלום"])
def test_nothing_is_written_where_a_letter_is_missing(title: str) -> None:
    assert cards.written(title, "", "The Line", "The Line", "3 May").lines == ()


@pytest.mark.parametrize(
    "title", ["Grüße aus Łódź", "Дождь идёт", "Βρέχει", "Mưa ở Hà Nội", "soft\u00adly, 50 % – “so”…"]
)
def test_latin_greek_and_cyrillic_are_written(title: str) -> None:
    said = cards.written(title, "Opinion", "雨", "The Line", "3 May")
    assert " ".join(said.lines) == title.replace("\u00ad", "")
    assert (said.label, said.name, said.publisher, said.date) == ("Opinion", "", "The Line", "3 May")


def test_label_that_cannot_be_written_takes_the_headline_with_it() -> None:
    assert cards.written("Rain", "広告", "", "", "").lines == ()


@given(st.text(st.characters(codec="latin-1"), max_size=300))
def test_lines_fit(title: str) -> None:
    said = cards.written(title, "", "", "", "")
    assert len(said.lines) <= 4
    assert all(letters.width(line, said.size, 700) <= 1040 for line in said.lines)


def test_a_headline_cannot_leave_its_place_in_the_drawing(site: Path) -> None:
    path = site / "content/ports.md"
    path.write_text(path.read_text().replace("Three ports", "</text><rect width='1200' height='630'/>"))
    with Image.open(io.BytesIO(drawn(well_built(site))["ports"])) as image:
        assert image.convert("RGB").getpixel((1150, 300)) == (251, 249, 244)


def test_card_is_drawn_once_and_again_when_what_it_says_changes(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = well_built(site)
    path = site / "content/ports.md"
    monkeypatch.setattr(cards, "drawn", None)
    path.write_text(path.read_text() + "\nMore words.\n")
    assert drawn(well_built(site)) == drawn(files)
    shutil.rmtree(site / "public")
    assert drawn(well_built(site)) == drawn(files)
    monkeypatch.undo()
    path.write_text(path.read_text().replace("Three", "Four"))
    after = well_built(site)
    assert drawn(after)["ports"] != drawn(files)["ports"]
    assert drawn(after)["persian"] == drawn(files)["persian"]


def test_retracted_article_says_so_on_its_card(site: Path) -> None:
    path = site / "content/ports.md"
    before = drawn(well_built(site))
    text = path.read_text().replace("date:", "corrections: {date: 2024-05-04, kind: retraction, text: No.}\ndate:")
    path.write_text(text)
    assert drawn(well_built(site))["ports"] != before["ports"]


def test_template_of_the_site_draws_the_card_and_its_faults_are_told(site: Path) -> None:
    write_site(site, "-- themes/broadsheet/theme.yaml --\nname: broadsheet\nextends: broadsheet\n")
    template = site / "themes/broadsheet/templates/card.svg"
    template.parent.mkdir()
    template.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"/>')
    with Image.open(io.BytesIO(drawn(well_built(site))["ports"])) as image:
        assert image.size == (20, 10)
    template.write_text("no drawing")
    assert any(
        line.startswith("error[theme] themes/broadsheet/templates/card.svg") for line in told(built(site).diagnostics)
    )
    template.write_text("<svg>\n{{ page.colour }}</svg>")
    (line,) = (line for line in told(built(site).diagnostics) if line.startswith("error[theme]"))
    assert line.startswith("error[theme] themes/broadsheet/templates/card.svg:2:")


def test_without_an_address_of_the_site_cards_are_an_error(site: Path) -> None:
    path = site / "site.yaml"
    path.write_text(path.read_text().replace("url: https://example.org/\n", ""))
    line = "error[missing-key] site.yaml:4:8 `cards` needs `url`: previews name pictures by their whole address"
    assert line in told(built(site).diagnostics)


def test_without_what_draws_the_line_is_told_that_installs_it(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert any(
        line.startswith("error[missing-extra] site.yaml:5:8 `cards` needs") for line in told(built(site).diagnostics)
    )


def test_of_a_text_without_an_end_no_more_is_measured_than_a_card_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []
    real = letters.width

    def noted(text: str, *rest: float) -> float:
        measured.append(text)
        return real(text, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(letters, "width", noted)
    endless = cards.written("W" * 1_000_000, "", "W" * 1_000_000, "W " * 1_000_000, "")
    assert endless == cards.written("W" * 500, "", "W" * 500, "W " * 500, "")
    assert len(measured) < 50_000
