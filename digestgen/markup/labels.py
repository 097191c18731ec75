"""The few words that an article's body needs besides its own: names for footnotes, tables and boxes.

They are read aloud by screen readers, so they follow the article's language, not the site's.
"""

from __future__ import annotations

from typing import Final

from digestgen import fingerprint
from digestgen.dataclass import dataclass
from digestgen.i18n import Interface


@dataclass(frozen=True)
class Labels:
    """Words of one language. `back` holds `%(number)s` for the number of the footnote."""

    footnotes: str
    back: str
    contents: str
    table: str
    done: str
    undone: str


_OURS: Final = Interface()


def labels(lang: str, interface: Interface = _OURS) -> Labels:
    """Return the words for the BCP 47 tag `lang`, as the `interface` of a site has them; English without any."""
    words = interface.language(lang)
    return Labels(
        footnotes=words.text("Footnotes"),
        back=words.text("Back to the text, footnote %(number)s"),
        contents=words.text("Contents"),
        table=words.text("Table"),
        done=words.text("done"),
        undone=words.text("to do"),
    )


def mark(interface: Interface) -> str:
    """Return what stands for all that a site says of these words."""
    return fingerprint.of_value({name: labels(name, interface) for name in interface.own}) if interface.own else ""
