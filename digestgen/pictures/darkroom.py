"""Smaller files of one picture, made by Pillow: the only place that decodes pictures.

The same picture and recipe give the same bytes, wherever and in however many processes. Colours are those of sRGB,
which is what is meant where no profile stands; the picture stands upright; and the files tell whose it is, no more.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from digestgen.pictures.album import MOST_PIXELS, Facts, Recipe, Size
from digestgen.pictures.rights import packet

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

#: Counts up when the same picture is made in another way than before.
_EDITION: Final = 1

#: AVIF is written four times as fast as by default, and 3 % larger.
_AVIF_SPEED: Final = 8


class Refused(Exception):
    """A picture that cannot be decoded; the text says why, for people."""


@lru_cache(maxsize=1)
def edition() -> str:
    """Return what else the bytes rest on: how this module makes them, and Pillow's version."""
    from importlib import metadata  # it loads what reads mails

    return f"{_EDITION} {metadata.version('pillow')}"


def developed(data: bytes, facts: Facts, recipe: Recipe, sizes: Iterable[Size]) -> Iterator[tuple[Size, bytes]]:
    """Yield the bytes of each of `sizes` of the picture in the file `data`, which is decoded once.

    Raises `Refused` for what cannot be decoded, or has too many pixels.
    """
    sizes = list(sizes)
    with _refusing():
        whole = _decoded(data, facts, _widest(facts, recipe))
        by_width = {size.width: _scaled(whole, size) for size in sizes}
        for size in sizes:
            yield size, _written(by_width[size.width], size.kind, facts, recipe)


def tried(data: bytes, facts: Facts, recipe: Recipe) -> None:
    """Decode the picture in the file `data`, of which sizes are to be made. Raises `Refused` as `developed` does."""
    with _refusing():
        _decoded(data, facts, _widest(facts, recipe))


def _widest(facts: Facts, recipe: Recipe) -> int:
    """The same for every choice of sizes: a JPEG that is decoded smaller has other pixels."""
    return min(facts.head.width, recipe.widths[-1])


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """Raise `Refused` for whatever goes wrong within."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Refused:
        raise
    except Exception as error:  # decoders raise whatever they like for damaged files
        raise Refused(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__) from error


def _decoded(data: bytes, facts: Facts, widest: int) -> Picture:
    from PIL import Image, ImageOps

    kind = facts.head.kind.upper()
    with Image.open(io.BytesIO(data), formats=[kind]) as file:
        if file.width * file.height > MOST_PIXELS:
            raise Refused("it has too many pixels")
        if kind == "JPEG":
            share = widest / facts.head.width
            file.draft(None, (int(file.width * share) + 1, int(file.height * share) + 1))
        file.load()
        upright = ImageOps.exif_transpose(file)
    return _coloured(upright, facts.head.drawn)


def _coloured(image: Picture, drawn: bool) -> Picture:
    """Return a picture in sRGB, with its transparency where it is drawn."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        image = _in_bytes(image)
    alpha = image.convert("RGBA").getchannel("A") if drawn and _lets_through(image) else None
    colours = _from_profile(image, profile) if profile else None
    if colours is None:
        colours = image.convert("RGB")
    if alpha is not None:
        colours.putalpha(alpha)
    colours.info = {}
    return colours


def _in_bytes(image: Picture) -> Picture:
    """Return a picture of 16 bits as one of 8."""
    return image.convert("I").point(lambda level: level / 257).convert("L")


def _lets_through(image: Picture) -> bool:
    return image.has_transparency_data


def _from_profile(image: Picture, profile: bytes) -> Picture | None:
    """Return the colours that a profile means; None where it cannot be used, and sRGB is as good as any."""
    from PIL import ImageCms

    plain = image.convert("RGB") if image.mode not in ("RGB", "CMYK", "L", "LAB") else image
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(plain, given, _srgb(), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


@lru_cache(maxsize=1)
def _srgb() -> Any:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _scaled(image: Picture, size: Size) -> Picture:
    from PIL.Image import Resampling

    if image.size == (size.width, size.height):
        return image
    return image.resize((size.width, size.height), Resampling.LANCZOS, reducing_gap=3.0)


def _written(image: Picture, kind: str, facts: Facts, recipe: Recipe) -> bytes:
    out = io.BytesIO()
    text, quality = packet(facts.rights), recipe.quality(kind)
    if kind == "avif":
        image.save(out, "AVIF", quality=quality, speed=_AVIF_SPEED, max_threads=1, xmp=text)
    elif kind == "webp":
        image.save(out, "WEBP", quality=quality, method=4, xmp=text)
    elif kind == "png":
        _drawn(image, facts).save(out, "PNG", optimize=True, pnginfo=_png_text(text))
    else:
        image.convert("RGB").save(out, "JPEG", quality=quality, optimize=True, progressive=True, xmp=text)
    return out.getvalue()


def _drawn(image: Picture, facts: Facts) -> Picture:
    """Return a drawing with the few colours that it may have had: scaling has made many of them."""
    from PIL.Image import Dither, Quantize

    if not facts.few_colours:
        return image
    return image.quantize(256, Quantize.FASTOCTREE, dither=Dither.NONE)


def _png_text(text: bytes) -> Any:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    if text:
        info.add_itxt("XML:com.adobe.xmp", text.decode())
    return info
