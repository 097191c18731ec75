"""Pictures: how large they are, whose they are, and what their files do not tell any more when they are published."""

from __future__ import annotations

import io
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from digestgen.pictures import avif, clean, containers, headers, rights
from digestgen.pictures.album import Album, Facts, Recipe, facts
from digestgen.pictures.headers import Head
from digestgen.pictures.rights import Rights

KINDS = ("avif", "gif", "jpeg", "png", "webp")
OWNER = Rights(
    ("Ada Byron", "Zoë & <Sons>"),
    "Ada Byron/The Line",
    "© 2024 The Line",
    "Free where the line is named",
    "https://creativecommons.org/licenses/by-sa/4.0/",
)
#: A device and a place, as a telephone writes them.
DEVICE = "Spyglass 9"


def _exif(turn: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x013B], exif[0x8298] = turn, DEVICE, "E. Artist", "(c) Artist"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (51.0, 30.0, 26.0)
    return exif


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.radial_gradient("L").resize(size).convert("RGB")


def picture(kind: str, size: tuple[int, int] = (60, 40), *, turn: int = 1, told: Rights = OWNER, **more: Any) -> bytes:
    """Return a file of a kind whose telephone told of itself, and whose owner of theirs."""
    image, out = noise(size), io.BytesIO()
    if kind == "gif":
        image.quantize(16).save(out, "gif", comment=DEVICE.encode(), **more)
        whole = out.getvalue()
        text = b"!\xff\x0bXMP DataXMP" + rights.packet(told) + clean._TRAILER
        at = next(part.start for part in containers.blocks(whole))
        return whole[:at] + text + whole[at:]
    if kind == "png":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", rights.packet(told).decode(), zip=True)
        info.add_text("Comment", DEVICE)
        image.save(out, kind, pnginfo=info, exif=_exif(turn), **more)
    else:
        remark = {"comment": DEVICE.encode()} if kind == "jpeg" else {}
        image.save(out, kind, exif=_exif(turn), xmp=rights.packet(told), **remark, **more)
    return out.getvalue()


# --- how large they are


@pytest.mark.parametrize("kind", KINDS)
def test_size_of_a_picture_stands_in_its_head(kind: str) -> None:
    head = headers.read(picture(kind, (61, 40)))
    assert head is not None
    assert (head.kind, head.width, head.height, head.animated) == (kind, 61, 40, False)


@pytest.mark.parametrize("kind", ["avif", "jpeg", "png", "webp"])
@pytest.mark.parametrize("turn", [3, 6, 8])
def test_picture_is_as_large_as_it_is_shown_when_it_is_turned(kind: str, turn: int) -> None:
    head = headers.read(picture(kind, (61, 40), turn=turn))
    assert head is not None
    assert (head.width, head.height) == ((61, 40) if turn == 3 else (40, 61))


def test_bytes_that_fill_up_before_a_marker_are_passed_over_at_once() -> None:
    names = [part.name for part in containers.segments(b"\xff\xd8" + b"\xff" * 2_000_000 + b"\xd9")]
    assert names == [b"\xd8", b"\xd9"]
    assert [*containers.segments(b"\xff\xd8" + b"\xff" * 9)][1:] == []


def test_webp_without_loss_and_with_transparency_has_a_size() -> None:
    out = io.BytesIO()
    noise((300, 7)).convert("RGBA").save(out, "webp", lossless=True, quality=1)
    assert headers.read(out.getvalue()) in (Head("webp", 300, 7), Head("webp", 300, 7, drawn=True))


@pytest.mark.parametrize("kind", ["gif", "png", "webp"])
def test_animation_is_known_as_one(kind: str) -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    head = headers.read(out.getvalue())
    assert head is not None
    assert (head.width, head.height, head.animated) == (30, 20, True)


@pytest.mark.parametrize(
    ("tag", "size"),
    [
        ('<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"/>', (640, 360)),
        ('<?xml version="1.0"?>\n<!-- <svg width="9"> -->\n<svg viewBox="0 0 64 36">', (64, 36)),
        ("<svg viewBox='0,0,64,36' width='128'/>", (128, 72)),
        ('<svg viewBox="0 0 64 36" height="72px" width="100%">', (128, 72)),
        ('<svg width="1in" height="25.4mm"/>', (96, 96)),
        ('<!DOCTYPE svg [<!ENTITY w "640">]><svg width="&w;" height="360"/>', (0, 0)),
        ('<svg:svg xmlns:svg="http://www.w3.org/2000/svg" width="10" height="20"></svg:svg>', (10, 20)),
        ("<svg>", (0, 0)),
    ],
)
def test_svg_has_the_size_of_its_first_tag(tag: str, size: tuple[int, int]) -> None:
    for data in (tag.encode(), b"\xef\xbb\xbf" + tag.encode(), tag.encode("utf-16")):
        head = headers.read(data)
        assert head is not None
        assert (head.width, head.height) == size


@pytest.mark.parametrize("text", ["", "svg", "<svgz/>", "<html><svg></svg></html>", "GIF89", "\ufffd\ufffd"])
def test_what_is_no_picture_has_no_size(text: str) -> None:
    assert headers.read(text.encode()) is None


_SIGNS = (b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff", b"GIF89a", b"RIFF\x40\0\0\0WEBPVP8X", b"<svg ")
_AVIF = b"\0\0\0\x14ftypavif\0\0\0\0avif\0\0\0\x40meta\0\0\0\0"


@given(st.sampled_from([*_SIGNS, _AVIF]), st.binary(max_size=300))
@example(b"\xff\xd8\xff", b"\xe1\0\x0eExif\0\0II*\0")
def test_any_bytes_have_a_size_or_none(sign: bytes, rest: bytes) -> None:
    known = facts(sign + rest)
    if known is not None:
        assert known.head.kind in headers.TYPES
        clean.cleaned(sign + rest, known.head, known.rights)


@given(st.sampled_from(KINDS), st.data())
def test_a_damaged_picture_is_read_without_a_fault(kind: str, data: st.DataObject) -> None:
    whole = bytearray(_WHOLE[kind])
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    known = facts(cut)
    if known is not None:
        clean.cleaned(cut, known.head, known.rights)


_WHOLE = {kind: picture(kind) for kind in KINDS}


# --- what a small file could cost


def _box(name: bytes, *inner: bytes, version: bytes = b"") -> bytes:
    body = version + b"".join(inner)
    return (8 + len(body)).to_bytes(4, "big") + name + body


_FULL = b"\0\0\0\0"
_PROPERTY = _box(b"ispe", (60).to_bytes(4, "big"), (40).to_bytes(4, "big"), version=_FULL)


def _avif(
    kinds: bytes, places: bytes, properties: bytes = _PROPERTY, count: int = 1, free: int = 0, sizes: bytes = b"\x44\0"
) -> bytes:
    """Return a file with one picture, 1, and items of some `kinds` in these `places`."""
    links = b"\0\1\1\1" + b"".join((2 + number).to_bytes(2, "big") + b"\xff" + b"\2" * 255 for number in range(count))
    inner = (
        _box(b"pitm", b"\0\1", version=_FULL),
        _box(b"iinf", b"\0\0", kinds, version=_FULL),
        _box(b"iprp", _box(b"ipco", properties), _box(b"ipma", (count + 1).to_bytes(4, "big"), links, version=_FULL)),
        _box(b"iloc", sizes, places, version=_FULL),
    )
    return _box(b"ftyp", b"avif\0\0\0\0avif") + _box(b"free", bytes(free)) + _box(b"meta", *inner, version=_FULL)


_EXIF = _box(b"infe", b"\0\2\0\0Exif\0", version=b"\2\0\0\0")
_WHOLE_FILE = b"\0\0\0\0" + (30_000).to_bytes(4, "big")
_DEEP = b"<dc:creator><rdf:li>x</rdf:li>"


def _packet_of(text: bytes) -> bytes:
    spaces = b'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    body = rights.XMP + b"<x " + spaces + b">" + text + b"</x>"
    parts = [body[at : at + 65_000] for at in range(0, len(body), 65_000)]
    chunk = b"XML:com.adobe.xmp\0\0\0\0\0" + b"".join(parts).removeprefix(rights.XMP)
    return _WHOLE["png"][:33] + len(chunk).to_bytes(4, "big") + b"iTXt" + chunk + b"\0\0\0\0"


@pytest.mark.parametrize(
    "data",
    [
        _packet_of(_DEEP * 10_000 + b"</dc:creator>" * 10_000),
        _avif(_box(b"infe", b"\0\2\0\0Exif\0", version=b"\2\0\0\0") * 8_000, b"\0\0", free=12_000_000),
        _avif(_EXIF, b"\0\1\0\2\0\0" + (4000).to_bytes(2, "big") + _WHOLE_FILE * 4000),
        _avif(_EXIF, b"\xff\xff" + b"\0\2\0\0\xff\xff" * 4096, sizes=b"\0\0"),
        _avif(b"", b"\0\0", _PROPERTY + _box(b"auxC", b"x" * 1_000_000), 4000),
    ],
    ids=["nested", "items", "extents", "counts", "properties"],
)
def test_no_small_file_costs_much(data: bytes) -> None:
    began = time.process_time()
    known = facts(data)
    assert known is not None
    clean.cleaned(data, known.head, known.rights)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "data",
    [
        _avif(_EXIF, b"\0\1\0\2\0\0" + (4000).to_bytes(2, "big") + _WHOLE_FILE * 4000),
        _avif(_box(b"infe", b"\0\2\0\0mime" + b"\0" * 1_000_000, version=b"\2\0\0\0"), b"\0\0"),
    ],
    ids=["extents", "texts"],
)
def test_no_small_file_takes_much_memory(data: bytes) -> None:
    tracemalloc.start()
    try:
        rights.read("avif", data)
        clean.cleaned(data, Head("avif", 60, 40), Rights())
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_an_item_that_holds_what_others_hold_is_not_understood() -> None:
    data = _avif(_EXIF, b"\0\1\0\2\0\0\0\2" + b"\0\0\0\0\0\0\1\x80" * 2)
    assert avif.items(data).ranges == {}
    assert clean.cleaned(data, Head("avif", 60, 40), OWNER) is None
    assert avif.items(_avif(_EXIF, b"\0\1\0\2\0\0\0\1" + b"\0\0\0\0\0\0\0\x80")).ranges == {2: [(0, 128)]}


# --- whose they are


@pytest.mark.parametrize("kind", KINDS)
def test_file_tells_whose_it_is(kind: str) -> None:
    found = rights.read(kind, picture(kind))
    assert found == OWNER
    assert (found.line, found.license) == ("Ada Byron/The Line", "CC BY-SA 4.0")


def test_without_a_packet_the_older_ways_tell() -> None:
    out = io.BytesIO()
    noise((8, 8)).save(out, "jpeg", exif=_exif(1))
    assert rights.read("jpeg", out.getvalue()) == Rights(("E. Artist",), copyright="(c) Artist")
    sets = [(1, 90, b"\x1b%G"), (2, 80, "Zoë".encode()), (2, 110, b"The Line"), (2, 116, "©".encode())]
    block = b"".join(bytes([0x1C, a, b]) + len(text).to_bytes(2, "big") + text for a, b, text in sets)
    body = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + len(block).to_bytes(4, "big") + block
    data = out.getvalue()
    segment = b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body
    told = rights.read("jpeg", data[:2] + segment + data[2:])
    assert told == Rights(("Zoë",), "The Line", "©")


@pytest.mark.parametrize(
    "packet",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
        b"<x>",
        b"",
        b"\0" * 40,
        b"<x xmlns:p='http://ns.adobe.com/photoshop/1.0/' p:Credit='&a;'/>",
    ],
)
def test_packet_that_is_none_tells_nothing(packet: bytes) -> None:
    assert rights._xmp(packet) == Rights()


def test_no_name_in_a_packet_turns_the_direction_of_what_stands_behind_it() -> None:
    told = Rights(("Ada\u202e Byron", "\u2067ع\u2069"), "The \u2066Line", "\u202d(c)\u202c")
    assert rights._xmp(rights.packet(told)) == Rights(("Ada Byron", "\u2067ع\u2069"), "The Line", "(c)")


@given(
    st.builds(
        Rights,
        st.lists(st.text(max_size=20), max_size=3).map(tuple),
        st.text(max_size=20),
        st.text(max_size=400),
        st.text(max_size=20),
    )
)
def test_a_packet_tells_what_was_put_into_it(told: Rights) -> None:
    once = rights._xmp(rights.packet(Rights(*map(_tidy, (told.creators, told.credit, told.copyright, told.terms)))))
    assert rights._xmp(rights.packet(once)) == once


def _tidy(value: Any) -> Any:
    return tuple(map(rights._clean, value)) if isinstance(value, tuple) else rights._clean(value)


# --- what they do not tell any more


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("turn", [1, 6])
def test_cleaned_picture_tells_whose_it_is_and_nothing_else(kind: str, turn: int) -> None:
    data = picture(kind, turn=turn)
    known = facts(data)
    assert known is not None
    out = clean.cleaned(data, known.head, known.rights)
    assert out is not None
    assert (DEVICE.encode() in data, DEVICE.encode() in out) == (True, False)
    assert b"Artist" not in out
    assert headers.read(out) == known.head
    assert rights.read(kind, out) == OWNER
    assert clean.cleaned(out, known.head, known.rights) == out
    with Image.open(io.BytesIO(data)) as one, Image.open(io.BytesIO(out)) as other:
        assert one.convert("RGB").tobytes() == other.convert("RGB").tobytes()
        assert not other.getexif().get_ifd(0x8825)


def test_what_hides_behind_a_picture_goes() -> None:
    data = picture("jpeg") + picture("jpeg")
    known = facts(data)
    assert known is not None
    out = clean.cleaned(data, known.head, known.rights)
    assert out is not None
    assert len(out) < len(data) / 2


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif"])
def test_picture_that_is_cut_short_cannot_be_cleaned(kind: str) -> None:
    data = picture(kind)[:-20]
    known = facts(data)
    assert known is not None
    assert clean.cleaned(data, known.head, known.rights) is None


def test_picture_that_tells_nothing_stays_as_it_is() -> None:
    for kind in KINDS:
        out = io.BytesIO()
        noise((20, 10)).save(out, kind)
        head = headers.read(out.getvalue())
        assert head is not None
        assert clean.cleaned(out.getvalue(), head, Rights()) == out.getvalue()


# --- sizes


def album(head: Head, **recipe: Any) -> Album:
    return Album({"p.jpg": Facts("0" * 64, head, Rights())}, Recipe(**recipe))


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (400, []),
        (480, []),
        (481, [481]),
        (1000, [480, 800, 1000]),
        (1250, [480, 800, 1250]),
        (5000, [480, 800, 1200, 1600]),
    ],
)
def test_no_size_is_larger_than_the_picture(width: int, widths: list[int]) -> None:
    sizes = album(Head("jpeg", width, 900)).sizes("p.jpg")
    assert [[size.width for size in kind] for kind in sizes] == ([widths, widths] if widths else [])
    assert [kind[0].kind for kind in sizes] == (["avif", "jpeg"] if widths else [])


def test_drawings_end_with_png_and_animations_and_svg_stay_as_they_are() -> None:
    assert [kind[0].kind for kind in album(Head("png", 900, 900, drawn=True)).sizes("p.jpg")] == ["avif", "png"]
    assert album(Head("gif", 900, 900, animated=True)).sizes("p.jpg") == ()
    assert album(Head("svg", 900, 900)).sizes("p.jpg") == ()


def test_address_of_a_size_changes_with_the_picture_and_with_how_well_it_is_made() -> None:
    head = Head("jpeg", 900, 900)
    one = album(head).shot("p.jpg", "/p.jpg")
    other = Album({"p.jpg": Facts("1" * 64, head, Rights())}, Recipe()).shot("p.jpg", "/p.jpg")
    worse = album(head, jpeg=40).shot("p.jpg", "/p.jpg")
    assert len({one.url, other.url, worse.url, "/p.jpg"}) == 4
    assert (one.width, one.height) == (900, 900)
