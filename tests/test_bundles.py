"""Bundles of Pagefind's in an order of their own."""

from __future__ import annotations

import gzip
import json

import pytest

from digestgen import bundles

SIGNATURE = b"pagefind_dcd"


def text(value: str) -> bytes:
    return bytes([0x60 + len(value)]) + value.encode()


def array(*items: bytes) -> bytes:
    return bytes([0x80 + len(items)]) + b"".join(items)


def packed(data: bytes) -> bytes:
    return gzip.compress(SIGNATURE + data)


def plain(data: bytes) -> bytes:
    return gzip.decompress(data).removeprefix(SIGNATURE)


def bundle(*values: bytes) -> dict[str, bytes]:
    """A bundle whose filter has `values`, and whose names depend on their order."""
    mark = f"{sum(place * value[1] for place, value in enumerate(values)):07x}"
    return {
        "pagefind-entry.json": json.dumps({"languages": {"de": {"hash": f"de_{mark}abc"}}}).encode(),
        f"pagefind.de_{mark}abc.pf_meta": packed(array(text("1.5"), array(array(text("is"), text(f"de_{mark}"))))),
        f"filter/de_{mark}.pf_filter": packed(array(text("is"), array(*values))),
        "fragment/de_0123456.pf_fragment": packed(b"{}"),
    }


VALUES = (
    array(text("year:2024"), array(b"\x01", b"\x18\x20")),
    array(text("tag:a"), array()),
    array(text("source:dpa"), array(b"\x19\x01\x00")),
)


def test_any_order_of_values_comes_to_the_same_bytes_and_names() -> None:
    assert bundle(*VALUES) != bundle(*reversed(VALUES))
    assert bundles.ordered(bundle(*VALUES)) == bundles.ordered(bundle(*reversed(VALUES)))


def test_every_file_is_called_what_others_call_it() -> None:
    made = bundles.ordered(bundle(*VALUES))
    entry = json.loads(made["pagefind-entry.json"])["languages"]["de"]["hash"]
    (chunk,) = (path for path in made if path.startswith("filter/"))
    assert chunk.removeprefix("filter/").removesuffix(".pf_filter").encode() in plain(made[f"pagefind.{entry}.pf_meta"])
    assert plain(made[chunk]) == array(text("is"), array(*sorted(VALUES)))
    assert made["fragment/de_0123456.pf_fragment"] == bundle()["fragment/de_0123456.pf_fragment"]


@pytest.mark.parametrize(
    "content",
    [b"no gzip", packed(b""), packed(b"\xbf"), packed(text("is")), packed(array(text("is"), array(b"\xf6")))],
    ids=["no gzip", "nothing", "half a list", "no list", "another list"],  # the bytes tell when they were packed
)
def test_what_has_another_form_stays_as_it_is(content: bytes) -> None:
    path = "filter/de_0123456.pf_filter"
    assert bundles.ordered({path: content}) == {path: content}
