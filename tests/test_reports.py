"""Wire reports in plain text, taken apart and written as drafts."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as parser

from digestgen import config, frontmatter, parse, reports
from digestgen.markup.convert import feed_html
from digestgen.model import Article, Credit
from digestgen.reports import Block, Report

REPORTS = Path(__file__).parent / "reports"
DAY = date(2023, 9, 13)

SITE, _ = config.read("title: Digest\nlanguages: [de, fr]\n")


def drafted(text: str, lang: str = "") -> tuple[Report, Article]:
    """Return a report and the article that its draft is, which has to be without any fault."""
    report = reports.read(text, lang)
    made = reports.draft(report, report.lang, DAY, "report.txt").text
    assert SITE is not None
    article, found = parse.article("report.md", made.encode(), SITE)
    assert article is not None, (found, made)
    assert not found, (found, made)
    return report, article


def headings(text: str, lang: str = "en") -> list[str]:
    return [block.text for block in reports.read(text, lang).blocks if block.was]


def names(text: str) -> list[str]:
    return [f"{item.name} ({item.use})" for item in reports.read(text).agencies]


def where(credits: tuple[Credit, ...]) -> dict[str, list[tuple[str, str]]]:
    return {credit.role: [(item.name, item.place) for item in credit.people] for credit in credits}


# --- whole reports

PLACES = {"de": ("Seoul", "Tokio", "Moskau"), "en": ("Seoul", "Tokyo", "Moscow"), "fr": ("Séoul", "Tokyo", "Moscou")}


@pytest.mark.parametrize("lang", ["de", "en", "fr"])
def test_a_report_gives_its_language_its_people_and_their_places(lang: str) -> None:
    report, article = drafted((REPORTS / f"kim-putin.{lang}.txt").read_text("utf-8"))
    seoul, tokyo, moscow = PLACES[lang]
    assert report.lang == article.lang == lang
    assert where(report.credits) == {
        "reporting": [
            *((name, seoul) for name in ("Hyunsu Yim", "Ju-min Park", "Josh Smith", "Soo-hyang Choi")),
            ("Kantaro Komiya", tokyo),
            ("Lidia Kelly", "Melbourne"),
            ("Guy Faulconbridge", moscow),
        ],
        "writing": [("Jack Kim", seoul)],
        "editing": [("Gerry Doyle", "")],
    }
    assert article.credits == report.credits
    assert article.sources == report.agencies
    assert {"RIA", "Interfax", "KCNA"} <= {source.name for source in article.sources}
    assert article.draft


@pytest.mark.parametrize(
    ("lang", "title", "found"),
    [
        (
            "de",
            "Kim besichtigt mit Putin den Weltraumbahnhof Wostotschny",
            ["Gespräche ohne Eile", "Zug über die Grenze", "Raketen vor dem Treffen"],
        ),
        ("en", "North Korea's Kim tours Russian cosmodrome with Putin", ["Talks without haste", "By train to Russia"]),
        ("fr", "", ["Des discussions sans hâte"]),
    ],
)
def test_a_report_gives_its_headline_if_it_has_one_and_its_headings(lang: str, title: str, found: list[str]) -> None:
    report, article = drafted((REPORTS / f"kim-putin.{lang}.txt").read_text("utf-8"))
    assert report.title == title
    assert [block.text for block in report.blocks if block.was] == found
    assert [heading.text for heading in article.body.headings] == found
    assert all(heading.level == 2 for heading in article.body.headings)


def test_a_draft_says_what_to_check() -> None:
    text = (REPORTS / "kim-putin.fr.txt").read_text("utf-8")
    made = reports.draft(reports.read(text), "", DAY, "kim-putin.fr.txt")
    assert made.text.count("# check") == 5  # the first one says what they are
    assert f"one\ntitle: {frontmatter.UNTITLED}\n" in made.text
    assert "#   « DES DISCUSSIONS SANS HÂTE »\n" in made.text
    assert "# check: the sign-off was (Avec Hyunsu Yim, Ju-min Park" in made.text
    assert [check.partition(",")[0] for check in made.checks] == [
        "the headline",
        "the sources",
        "the credits",
        "the capitals of the headings",
    ]


# --- the headline

TEXT = "The leaders met at the cosmodrome and talked for some hours about the rockets that were built there."


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ("Kim meets Putin", "Kim meets Putin"),
        ("Kim meets Putin - at last", "Kim meets Putin—at last"),
        ("KIM MEETS PUTIN AT THE COSMODROME", "Kim meets putin at the cosmodrome"),
        ("“No limits”, says Kim", "“No limits”, says Kim"),
        # a sentence, and what goes on
        ("Kim met Putin.", ""),
        ("“Kim met Putin.”", ""),
        ("Kim met Putin!", ""),
        ("Kim meets Putin:", ""),
        ("Kim meets Putin …", ""),
        ("Kim met Putin (Reuters).", ""),
        ("Kim " * 31, ""),
        ("Kim meets\nPutin", ""),
        ("* * *", ""),
    ],
)
def test_a_first_line_is_the_headline_if_it_is_short_and_no_sentence(first: str, title: str) -> None:
    report, _ = drafted(f"{first}\n\nIn Kim’s train. {TEXT}")
    assert report.title == title
    assert len(report.blocks) == (1 if title else 2)


def test_a_line_alone_is_text() -> None:
    assert (reports.read("Kim meets Putin").title, drafted("Kim meets Putin")[0].blocks) == (
        "",
        (Block("Kim meets Putin"),),
    )


def test_a_headline_may_stand_right_above_text_that_is_not_wrapped() -> None:
    assert reports.read(f"Kim meets Putin\n{TEXT} {TEXT} {TEXT}").title == "Kim meets Putin"
    assert reports.read(f"Kim meets Putin\nand {TEXT}").title == ""


# --- crossheads


@pytest.mark.parametrize(
    ("crosshead", "heading"),
    [
        ("TALKS AND ROCKETS", "Talks and rockets"),
        ('"TALKS AND ROCKETS"', "Talks and rockets"),
        ("'TALKS AND ROCKETS'", "Talks and rockets"),
        ("“TALKS AND ROCKETS”", "Talks and rockets"),
        ('"TALKS" AND "ROCKETS"', '"Talks" and "rockets"'),
        ("KIM'S NATO ROCKETS", "Kim's NATO rockets"),
        ("PUTIN’S F-16", "Putin’s F-16"),
        ("NORTH KOREAN ROCKETS", "North Korean rockets"),
        ("WHO PAYS?", "Who pays?"),
        ("TALKS - AT LAST", "Talks—at last"),
    ],
)
def test_a_crosshead_becomes_a_heading_with_the_capitals_of_the_text(crosshead: str, heading: str) -> None:
    text = (
        f"The talks of Kim with NATO. The F-16 flew. In North Korea, Putin spoke of rockets.\n\n{crosshead}\n\n{TEXT}"
    )
    assert headings(text) == [heading]
    assert reports.read(text, "en").blocks[1].was == crosshead


@pytest.mark.parametrize(
    ("lang", "crosshead", "heading"),
    [
        ("de", "GROSSE RAKETEN UND DER GAST", "Große Raketen und der Gast"),
        ("de", "ZWEI BALLISTISCHE FLUGKÖRPER", "Zwei ballistische Flugkörper"),
        ("de", "DER AUßENMINISTER", "Der Außenminister"),
        ("fr", "LE TRAIN ET LES FUSÉES", "Le train et les fusées"),
        ("en", "ABOUT SOMETHING UNHEARD", "About something unheard"),
    ],
)
def test_a_word_that_the_text_does_not_have_is_written_as_in_headings(lang: str, crosshead: str, heading: str) -> None:
    text = "Er sah große Hallen und den Abschuss der ballistischen Raketen dort, und zwei Bahnen."
    assert headings(f"{text}\n\n{crosshead}\n\n{text}", lang) == [heading]


@pytest.mark.parametrize(
    ("crosshead", "heading"),
    [
        ("U.S. AND CHINA", "U.S. and China"),
        ("U.N. AND CHINA", "U.N. and China"),
        ("CHINA'S U.S.-MADE ROCKETS", "China's U.S.-made rockets"),
        ("AT 9 P.M. IN CHINA", "At 9 p.m. in China"),
    ],
)
def test_an_abbreviation_with_full_stops_stays_one_in_a_heading(crosshead: str, heading: str) -> None:
    text = f"The rockets of the U.S. flew to China at 8 p.m. on the day that was made. {TEXT}"
    assert headings(f"{text}\n\n{crosshead}\n\n{TEXT}") == [heading]


def test_a_crosshead_needs_no_blank_line_below_it() -> None:
    assert headings(f"{TEXT}\n\nTALKS\n{TEXT}") == ["Talks"]


@pytest.mark.parametrize(
    "line", ["SEOUL, SEPT 13.", "A", "Talks WITHOUT haste", "1,000", "TALKS, AND THEN,", "WORD " * 30]
)
def test_other_lines_are_no_crossheads(line: str) -> None:
    assert headings(f"{TEXT}\n\n{line}\n\n{TEXT}") == []


# --- sign-offs


def test_a_sign_off_may_have_places_with_parentheses() -> None:
    report, article = drafted(f"{TEXT}\n\n(Reportage A (Frankfurt (Oder)), édité par B)", "fr")
    assert where(report.credits) == {"reporting": [("A", "Frankfurt (Oder)")], "editing": [("B", "")]}
    assert article.credits == report.credits


@pytest.mark.parametrize("signoff", ["(Reporting by A; B in Rome)", "(Mit Material von dpa und AFP)"])
def test_a_sign_off_that_cannot_be_read_for_sure_stays_in_the_text(signoff: str) -> None:
    report, _ = drafted(f"{TEXT}\n\n{signoff}", "en")
    assert (report.credits, report.blocks[-1].text) == ((), signoff)


# --- agencies


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Das sagte er laut der Nachrichtenagentur Interfax am Abend.", ["Interfax (cites)"]),
        ("wie die staatliche nordkoreanische Agentur KCNA berichtete", ["KCNA (cites)"]),
        (
            "die Nachrichtenagenturen RIA Nowosti, Tass und Interfax",
            ["RIA Nowosti (cites)", "Tass (cites)", "Interfax (cites)"],
        ),
        ("according to state news agency KCNA.", ["KCNA (cites)"]),
        ("the North Korean state agency KCNA reported", ["KCNA (cites)"]),
        ("Russia's Interfax news agency said", ["Interfax (cites)"]),
        ("They met, the agency Interfax said.", ["Interfax (cites)"]),
        ("The agency said on Monday", []),
        ("the Russian state news agency said", []),
        ("A Russian news agency", []),
        ("the RIA state news agency and news agency RIA", ["RIA (cites)"]),
        ("selon l’agence de presse nord-coréenne KCNA", ["KCNA (cites)"]),
        (
            "cité par l'agence Interfax, les agences russes RIA et TASS",
            ["Interfax (cites)", "RIA (cites)", "TASS (cites)"],
        ),
        ("l’agence spatiale Roscosmos, die Weltraumagentur Roskosmos, the space agency Roscosmos", []),
        ("SEOUL, Sept 13 (Reuters) - The news agency KCNA said", ["Reuters (based-on)", "KCNA (cites)"]),
        ("Seoul (dpa/AFP) – Die Agentur KCNA", ["dpa/AFP (based-on)", "KCNA (cites)"]),
        ("He said (laughing) that it was so - and went", []),
    ],
)
def test_agencies_that_the_text_names_are_offered_as_sources(text: str, found: list[str]) -> None:
    assert names(text) == found


# --- language and dashes


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        (TEXT, "en"),
        ("Der Gast kam mit dem Zug und fuhr nach einem Abendessen zurück.", "de"),
        ("Le dirigeant est arrivé par le train et il est parti dans la nuit.", "fr"),
        ("El dirigente llegó en tren y se fue por la noche a su país con los suyos.", "es"),
        ("Il dirigente è arrivato in treno ed è partito nella notte con gli altri.", "it"),
        ("De leider kwam met de trein en is in de nacht weer naar huis gegaan.", "nl"),
        ("O dirigente chegou de trem e foi embora à noite com os seus para uma visita.", "pt"),
        ("北朝鮮の指導者は列車で到着した。", ""),
        ("Kim Putin 2023", ""),
        ("", ""),
    ],
)
def test_stop_words_tell_the_language(text: str, lang: str) -> None:
    assert reports.language_of(text) == lang


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("de", "Raketen – und\nZüge – ja –\nso 1-2"),
        ("fr", "Raketen – und\nZüge – ja –\nso 1-2"),
        ("en-GB", "Raketen – und\nZüge – ja –\nso 1-2"),
        ("en", "Raketen—und\nZüge—ja—\nso 1-2"),
    ],
)
def test_a_hyphen_between_blanks_becomes_the_dash_of_the_language(lang: str, text: str) -> None:
    assert reports.read("Raketen - und\nZüge - ja -\nso 1-2", lang).blocks == (Block(text),)


# --- the sign-off


@pytest.mark.parametrize(
    "end",
    [
        "\n\n(Reporting by A in Rome; editing by B)",
        " (Reporting by A in Rome; editing by B)",
        "\n(Reporting by A\nin Rome; editing by B).\n\n\n",
        "\n\n(Reporting by A (Rome); editing by B)",
        "\n\n(Reporting by A in Rome) (Editing by B)",
        "\n\n(Reporting by A in Rome)\n\n(Editing by B)\n",
        "\n\n(Berichte von A in Rome, Bearbeitung: B)",
    ],
)
def test_a_sign_off_ends_a_report_in_its_own_paragraph_or_in_the_last_one(end: str) -> None:
    report, _ = drafted(TEXT + end)
    assert where(report.credits) == {"reporting": [("A", "Rome")], "editing": [("B", "")]}
    assert report.blocks == (Block(TEXT),)
    assert report.signoff == " ".join(end.split())


@pytest.mark.parametrize(
    "end", ["(Reuters)", "(Note: the time is local)", "(he said)", "()", "(", ")", "(Reporting by )"]
)
def test_other_parentheses_stay_in_the_text(end: str) -> None:
    report, article = drafted(f"{TEXT} {end}")
    assert (report.credits, article.credits, report.signoff) == ((), (), "")
    assert report.blocks == (Block(f"{TEXT} {end}"),)


# --- the laws

PIECES = st.sampled_from(
    [
        *("\n", "\n\n", "\r\n", " ", "    ", "\t", "\x00", "\x85", "\u2028", "\ufeff", " - ", "--", "...", "…"),
        *("# ", "## ", "- ", "* ", "+ ", "1. ", "2) ", "> ", "***", "---", "===", "~~~", "```", "|", "|---|", ": "),
        *(
            "[a]: /x",
            "[^1]: ",
            "*[KIM]: ",
            "![a](b)",
            "[a](b)",
            "[ ] ",
            "{: .x }",
            "{#y}",
            "{{ x }}",
            "{% x %}",
            "!!! x",
        ),
        *(
            "<b>",
            "</p>",
            "<!--",
            "-->",
            "&amp;",
            "&#65;",
            "&#65 ",
            "\\",
            "`",
            "_",
            "__",
            "**",
            "$",
            "@",
            "http://a.b/c_d_e",
            "www.a.b",
        ),
        *("Kim", "KIM", "word", "Größe", "GRÖSSE", "12", "The end.", '"', "'", "“", "”", "(", ")", "خبر", "日本"),
        *("(Reporting by A in B; editing by C)", "news agency KCNA", "title: x"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=60))


def words(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"[^\W_]+", text)]


@given(text=TEXTS)
@example("KIM\n\nword: #{#y}\n\n(Reporting by A)")
@example("x\n\n(Reporting by “A”: #b in 'C'; yes: no; editing by [d], - e & true)")
def test_nothing_of_a_report_is_lost(text: str) -> None:
    made = reports.draft(reports.read(text), "", DAY, "report.txt").text
    assert not Counter(words(text)) - Counter(words(made))


@given(text=TEXTS)
@example("# a\n\n1. b\n\n    c\n\n- d\n\n> e\n\n: f\n\n=\n\ng\n===\n\nh\n---")
@example("[a]: /x\n\n[^1]: y\n\n*[KIM]: z\n\n{: .x }")
@example("| a |\n|---|\n| b |")
def test_the_page_says_what_the_report_said_and_markdown_sees_nothing_in_it(text: str) -> None:
    report, article = drafted(text)
    body = convert_text(article)
    # a line that ends in Chinese goes on without a blank
    assert "".join(words(body)) == "".join(word for block in report.blocks for word in words(block.text))
    assert all(ref.kind == "link" and ref.target.removeprefix("https://") in text for ref in article.body.refs)
    assert [item.text for item in article.body.headings] or not any(block.was for block in report.blocks)


def convert_text(article: Article) -> str:
    made = feed_html(article.body, [""] * len(article.body.refs))
    tree = parser.fragment_fromstring(made, create_parent="main")
    elements: list[Any] = [element for element in tree.iter() if isinstance(element.tag, str)]
    assert {element.tag for element in elements} <= {"main", "p", "h2", "a"}
    return "\n".join(str(element.text_content()) for element in tree)


def test_a_sign_off_is_no_longer_than_a_desk() -> None:
    many = ", ".join(f"A{number} in B" for number in range(1000))
    assert reports.read(f"{TEXT} (Reporting by {many})").credits == ()


@given(text=st.text(st.sampled_from("(([]) aA.by'\"-\n"), max_size=4000))
def test_no_report_takes_long(text: str) -> None:
    reports.read(text)
