"""Bytes by chance, from seeds that look like what is read.

A mutation cuts, doubles, swaps, and puts in words that mean something to some parser.
"""

from __future__ import annotations

import random
from typing import Final

from tests.test_markup_swift import _PIECES
from tests.trust.names import NAMES
from tests.trust.payloads import payload

#: Words that mean something to one parser or another.
WORDS: Final = tuple(
    word.encode("utf-8", "surrogatepass")
    for word in (
        *_PIECES, *NAMES[:80], "---\n", "\n---\n", "...", "&a", "*a", "!!python/object:os.system", "<<: ", "? ", "|-\n",
        ">\n", "%YAML 1.1\n", "\ufeff", "\t", "{", "}", "[", "]", "'", '"', "\\x00", "\\u0000", "date: 9999-99-99\n",
        "0x", "1e9999",
        "12:30:45", "2024-02-30", "-0", "title: ", "tags: [", "sources:\n- ", "credits:\n- role: ", "lang: no\n", "by ",
        "(Reporting by ", "Editing by ", "REUTERS", "dpa", "\u2028", "\x85",
    )
)  # fmt: skip


def mutated(seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Return one of the seeds, changed by chance."""
    data = bytearray(chance.choice(seeds)[:6000])
    for _ in range(chance.randint(1, 8)):
        at, to = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
        kind = chance.randrange(8)
        if kind == 0:
            del data[at : min(to, at + 200)]
        elif kind == 1 and data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        else:
            data[at:at] = _new(kind, data[at:to][:300], seeds, chance)
    return bytes(data[:20_000])


def _new(kind: int, part: bytearray, seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Return what is put in: a word once or often, a part of the text again, another text, noise, or a payload."""
    word = chance.choice(WORDS)
    new = (word, word, word, word * chance.choice((2, 10, 300)), bytes(part) * chance.randint(1, 5))
    more = (chance.randbytes(8), payload(chance).encode("utf-8", "surrogatepass"), chance.choice(seeds)[:300])
    return (*new, *more)[kind]
