"""What the articles of the race are made of: words and patterns of sentences, in two languages.

The sentences are grammatical and mean nothing. Nobody is named, and every publisher lives below `.example`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final


@dataclass(frozen=True, slots=True)
class Language:
    """A language: words by their place in a sentence, patterns with such places in braces, headings, table heads."""

    lang: str
    words: Mapping[str, tuple[str, ...]]
    sentences: tuple[str, ...]
    titles: tuple[str, ...]
    headings: tuple[str, ...]
    columns: tuple[str, str, str]
    earlier: str


_ENGLISH_WORDS: Final = {
    "who": (
        "the city council",
        "the harbour authority",
        "a majority of the committee",
        "the regional court",
        "the ministry",
        "the operator of the grid",
        "the research institute",
        "the largest trade union",
        "the national bank",
        "the rail company",
        "an independent panel",
        "the weather service",
        "the opposition",
        "the health office",
        "the association of farmers",
        "the space agency",
        "the film festival",
        "the museum",
        "the university hospital",
        "the supervisory board",
        "the fire brigade",
        "the statistics office",
    ),
    "did": (
        "approved",
        "postponed",
        "rejected",
        "defended",
        "published",
        "reviewed",
        "announced",
        "cancelled",
        "criticised",
        "extended",
        "presented",
        "prepared",
        "tested",
        "opened",
        "questioned",
        "welcomed",
    ),
    "does": ("supports", "plans", "doubts", "examines", "finances", "slows down", "supervises", "needs", "prefers"),
    "what": (
        "the extension of the line",
        "a new timetable for freight trains",
        "the budget for the coming year",
        "the report on flood protection",
        "a second bridge across the river",
        "the sale of the old shipyard",
        "an agreement on wages",
        "the search for a final site",
        "a trial with electric ferries",
        "the reform of property tax",
        "the rules for short lets",
        "a programme for small theatres",
        "the repair of the observatory",
        "measurements from the northern station",
        "a ban on heavy lorries",
        "the plan for district heating",
        "the draft of the treaty",
        "an early warning system for storms",
    ),
    "when": (
        "on Monday",
        "late on Tuesday evening",
        "on Wednesday",
        "after a long night",
        "at the weekend",
        "shortly before the deadline",
        "for the third time this year",
        "in the first week of the month",
        "two days after the hearing",
        "ahead of the summer break",
        "without prior notice",
        "on Friday morning",
    ),
    "why": (
        "because costs had risen again",
        "since two expert opinions contradict each other",
        "although the effects are disputed",
        "while talks with the neighbouring towns go on",
        "so that work can begin before winter",
        "as long as the court has not ruled",
        "even though many residents had hoped for more",
        "because the old rules expire in spring",
    ),
    "where": (
        "in the north of the country",
        "along the coast",
        "in the old town",
        "at the border",
        "in three districts",
        "near the eastern terminal",
        "in the valley",
        "on the islands",
        "in most of the large cities",
    ),
    "how": ("unanimously", "by a narrow margin", "in principle", "on trial", "with reservations", "in full", "quietly"),
    "number": ("eleven", "twenty-four", "about 300", "1,250", "nearly 40,000", "3.7 million", "two thirds of", "17"),
    "things": ("households", "passengers", "jobs", "measurements", "objections", "hectares", "ships", "patients"),
}

_GERMAN_WORDS: Final = {
    "who": (
        "der Stadtrat",
        "die Hafenbehörde",
        "eine Mehrheit des Ausschusses",
        "das Landgericht",
        "das Ministerium",
        "der Betreiber des Netzes",
        "das Forschungsinstitut",
        "die größte Gewerkschaft",
        "die Notenbank",
        "die Bahngesellschaft",
        "eine unabhängige Kommission",
        "der Wetterdienst",
        "die Opposition",
        "das Gesundheitsamt",
        "der Bauernverband",
        "die Raumfahrtbehörde",
        "das Filmfestival",
        "das Museum",
        "die Universitätsklinik",
        "der Aufsichtsrat",
        "die Feuerwehr",
        "das Statistikamt",
    ),
    "did": (
        "beschlossen",
        "verschoben",
        "abgelehnt",
        "verteidigt",
        "veröffentlicht",
        "überprüft",
        "angekündigt",
        "gestrichen",
        "kritisiert",
        "verlängert",
        "vorgestellt",
        "vorbereitet",
        "erprobt",
        "eröffnet",
        "begrüßt",
    ),
    "does": ("unterstützt", "plant", "bezweifelt", "prüft", "finanziert", "bremst", "überwacht", "braucht", "fordert"),
    "what": (
        "den Ausbau der Strecke",
        "einen neuen Fahrplan für Güterzüge",
        "den Haushalt für das kommende Jahr",
        "den Bericht zum Hochwasserschutz",
        "eine zweite Brücke über den Fluss",
        "den Verkauf der alten Werft",
        "eine Einigung über die Löhne",
        "die Suche nach einem Endlager",
        "einen Versuch mit elektrischen Fähren",
        "die Reform der Grundsteuer",
        "die Regeln für Ferienwohnungen",
        "ein Programm für kleine Bühnen",
        "die Sanierung der Sternwarte",
        "Messungen der nördlichen Station",
        "ein Verbot für schwere Lastwagen",
        "den Plan für die Fernwärme",
        "den Entwurf des Vertrags",
        "ein Frühwarnsystem für Stürme",
    ),
    "when": (
        "am Montag",
        "am späten Dienstagabend",
        "am Mittwoch",
        "nach einer langen Nacht",
        "am Wochenende",
        "kurz vor Ablauf der Frist",
        "zum dritten Mal in diesem Jahr",
        "in der ersten Woche des Monats",
        "zwei Tage nach der Anhörung",
        "vor der Sommerpause",
        "ohne Ankündigung",
        "am Freitagmorgen",
    ),
    "why": (
        "weil die Kosten erneut gestiegen sind",
        "da sich zwei Gutachten widersprechen",
        "obwohl die Wirkung umstritten ist",
        "während die Gespräche mit den Nachbarstädten weitergehen",
        "damit die Arbeiten vor dem Winter beginnen können",
        "solange das Gericht nicht entschieden hat",
        "auch wenn viele Anwohner auf mehr gehofft hatten",
        "weil die alten Regeln im Frühjahr auslaufen",
    ),
    "where": (
        "im Norden des Landes",
        "entlang der Küste",
        "in der Altstadt",
        "an der Grenze",
        "in drei Bezirken",
        "nahe dem östlichen Terminal",
        "im Tal",
        "auf den Inseln",
        "in den meisten Großstädten",
    ),
    "how": ("einstimmig", "mit knapper Mehrheit", "grundsätzlich", "auf Probe", "unter Vorbehalt", "vollständig"),
    "number": ("elf", "vierundzwanzig", "rund 300", "1.250", "fast 40.000", "3,7 Millionen", "17"),
    "things": ("Haushalte", "Fahrgäste", "Stellen", "Messungen", "Einwände", "Hektar", "Schiffe", "Patienten"),
}

ENGLISH: Final = Language(
    lang="en",
    words=_ENGLISH_WORDS,
    sentences=(
        "{who} {did} {what} {when}, {why}.",
        "{when}, {who} {how} {did} {what}.",
        "{where}, {number} {things} are affected, {why}.",
        '"Nobody expected that {who} {does} {what}," it said {when}.',
        "{who} {does} {what}; {who}, however, {does} {what}.",
        "Whether {who} {does} {what} {where} is open.",
        "According to the figures, {number} {things} were counted {where}, and {number} a year before.",
        "It's the second time that {who} {did} {what} – {why}.",
        "{who} **{how} {did}** {what}, as planned.",
        "What {who} did *not* say: {number} {things} {where} have to wait, {why}.",
    ),
    titles=("{who} {does} {what}", "{who} {did} {what}", "{number} {things} {where}: {who} {does} {what}"),
    headings=("What comes next", "The figures", "Who decides", "A look back", "What is disputed", "The timetable"),
    columns=("Place", "Before", "Now"),
    earlier="as reported earlier",
)

GERMAN: Final = Language(
    lang="de",
    words=_GERMAN_WORDS,
    sentences=(
        "{who} hat {what} {when} {did}, {why}.",
        "{when} hat {who} {what} {how} {did}.",
        "{where} sind {number} {things} betroffen, {why}.",
        '"Niemand hat erwartet, dass {who} {what} {does}", hieß es {when}.',
        "{who} {does} {what}; {who} {does} dagegen {what}.",
        "Ob {who} {where} {what} {does}, ist offen.",
        "Gezählt wurden {where} {number} {things}, im Jahr davor waren es {number}.",
        "Zum zweiten Mal hat {who} {what} {did} – {why}.",
        "{who} hat {what} **{how} {did}**, wie geplant.",
        "Was {who} *nicht* sagt: {number} {things} {where} müssen warten, {why}.",
    ),
    titles=("{who} {does} {what}", "{who} hat {what} {did}", "{number} {things} {where}: {who} {does} {what}"),
    headings=("Wie es weitergeht", "Die Zahlen", "Wer entscheidet", "Ein Blick zurück", "Was umstritten ist"),
    columns=("Ort", "Vorher", "Jetzt"),
    earlier="wie bereits berichtet",
)

CODE: Final = (
    'def total(rows):\n    """Sum what was counted."""\n    return sum(row["count"] for row in rows if row["valid"])',
    'for station in stations:\n    print(f"{station.name}: {station.level:.2f} m")',
    "level = [2.41, 2.44, 2.52]\nhighest = max(level)\nassert highest < 3.0",
)

#: The most frequent first.
TAGS: Final = tuple(
    f"{field} {matter}"
    for matter, field in product(
        ("policy", "costs", "safety", "research", "law", "planning", "history", "prices", "trade", "staff"),
        (
            "rail", "harbour", "housing", "energy", "water", "school", "space", "forest", "hospital", "museum",
            "weather", "tax", "road", "theatre", "bank", "border", "farm", "film", "grid", "island",
            "market", "media", "pension", "river", "sport", "storm", "tourism", "union", "vaccine", "wage",
        ),
    )
)  # fmt: skip

PUBLISHERS: Final = tuple(
    f"{place} {kind}"
    for place, kind in product(
        ("Northern", "Southern", "Eastern", "Western", "Central", "Coastal", "Alpine", "Island", "Valley", "Lakeside"),
        ("Courier", "Gazette", "Radio", "Weekly", "Agency", "Review"),
    )
)

PEOPLE: Final = tuple(f"Reporter {letter}{digit}" for letter in "ABCDEFGH" for digit in range(5))

PLACES: Final = ("Berlin", "Geneva", "Lagos", "Lima", "Osaka", "Oslo", "Quito", "Tunis")
