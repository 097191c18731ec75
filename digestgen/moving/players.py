"""What shortcodes of several generators stand for: pictures, code, and what lies elsewhere, as a link to it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from typing import Final

_ADDRESSES: Final = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "gist": "https://gist.github.com/{}",
    "soundcloud": "https://soundcloud.com/{}",
    "bandcamp": "https://bandcamp.com/{}",
    "instagram": "https://www.instagram.com/p/{}/",
    "dailymotion": "https://www.dailymotion.com/video/{}",
}


def known(name: str) -> bool:
    """Tell whether `name` is a player, or a service whose posts are shown."""
    return name in _ADDRESSES


def address(name: str, words: tuple[str, ...]) -> str:
    """Return the link in Markdown to what a player shows; empty where the words do not say what that is."""
    wanted = "/".join(words[:2]) if name == "gist" else next(iter(words), "")
    if re.match(r"https?://[^\s<>]+$", wanted):
        return f"<{wanted}>"
    return f"<{_ADDRESSES[name].format(wanted)}>" if re.fullmatch(r"[\w/.-]+", wanted) else ""


def tweet(values: Mapping[str, str], words: tuple[str, ...]) -> str:
    """Return the link to a post of X: by user and id, or by the id alone."""
    number = values.get("id") or next((word for word in reversed(words) if word.isdecimal()), "")
    user = values.get("user") or next((word for word in words if not word.isdecimal()), "i")
    return f"<https://x.com/{user}/status/{number}>" if number.isdecimal() and user.isascii() and user.isalnum() else ""


def picture(src: str, alt: str = "", caption: str = "", link: str = "") -> str:
    """Return a picture in Markdown, which becomes a figure with the caption where it stands alone."""
    said = " ".join(caption.split()).replace('"', "'")
    shown = f"![{_bracketed(alt or caption)}]({_whole(src)}" + (f' "{said}")' if said else ")")
    return f"[{shown}]({_whole(link)})" if link and not said else shown


def _bracketed(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", text).split()).replace("[", "(").replace("]", ")")


def _whole(target: str) -> str:
    return re.sub(r"[\s()<>]", lambda sign: f"%{ord(sign[0]):02X}" if sign[0].isascii() else "%20", target.strip())


def fenced(code: str, lang: str) -> str:
    """Return code between fences that are longer than any in it; its lines stay as many, fences included."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    word = lang if re.fullmatch(r"[\w+#.-]{1,30}", lang) else ""
    code = code.removesuffix("\n")
    return f"{fence}{word}\n{code}\n{fence}"


def paired(
    text: str, opening: re.Pattern[str], closing: re.Pattern[str], change: Callable[[re.Match[str], str], str]
) -> str:
    """Return `text` with what stands between an opening and the next closing as `change` has it, both included.

    It takes time that grows with the text, whatever that is.
    """
    out, at = [], 0
    while (start := opening.search(text, at)) and (end := closing.search(text, start.end())):
        out += [text[at : start.start()], change(start, text[start.end() : end.start()])]
        at = end.end()
    return "".join(out) + text[at:]


def arguments(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the named and the other arguments of a shortcode, as `name="value" word`."""
    try:
        words = shlex.split(re.sub(r"\s*=\s*", "=", text), posix=True)
    except ValueError:  # a quote that is not closed
        words = text.split()
    named = dict(word.split("=", 1) for word in words if re.match(r"[\w-]+=", word))
    return named, tuple(word for word in words if not re.match(r"[\w-]+=", word))
