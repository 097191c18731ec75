"""What addresses of the web carry that is not needed to find anything: parameters that track, and shorteners."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from digestgen import urls

#: Parameters that only tell whom a reader comes from, by those who add them: analytics, mailings, networks.
_TRACKING: Final = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|mc_[ce]id"
    r"|_hs(?:enc|mi)|__hs\w+|hsctatracking|vero_(?:id|conv)|oly_(?:anon|enc)_id|_openstat|wt_?mc|at_(?:medium|campaign)"
    r"|mkt_tok|ncid|cmpid|s_cid|icid|ref_src|ref_url|guccounter|guce_referrer(?:_sig)?|piano_id|pk_(?:campaign|kwd|source)"
    r"|mtm_\w+|spm|sc_campaign|smid|smtyp",
    re.IGNORECASE,
)

#: Services whose addresses say nothing of where they lead.
SHORTENERS: Final = frozenset(
    [
        "bit.ly",
        "j.mp",
        "tinyurl.com",
        "t.co",
        "goo.gl",
        "ow.ly",
        "is.gd",
        "v.gd",
        "buff.ly",
        "dlvr.it",
        "ift.tt",
        "trib.al",
        "rebrand.ly",
        "cutt.ly",
        "shorturl.at",
        "tiny.cc",
        "lnkd.in",
        "t.ly",
        "rb.gy",
        "adf.ly",
        "clck.ru",
        "vk.cc",
        "fb.me",
        "nyti.ms",
        "reut.rs",
        "bbc.in",
        "wapo.st",
        "cnn.it",
        "econ.st",
        "tcrn.ch",
        "spr.ly",
    ]
)


def stripped(url: str) -> str:
    """Return `url` without parameters that track; as it is where it has none."""
    before, mark, fragment = url.partition("#")
    address, question, query = before.partition("?")
    kept = [part for part in query.split("&") if not _TRACKING.fullmatch(part.partition("=")[0])]
    if not question or len(kept) == query.count("&") + 1:
        return url
    rest = "&".join(kept)
    return address + (f"?{rest}" if rest else "") + mark + fragment


def shortener(url: str) -> str:
    """Return the host of `url` where it is a shortener's, else nothing."""
    host = urls.host(url).removeprefix("www.")
    return host if host in SHORTENERS else ""


def same_work(url: str) -> str:
    """Return what the addresses of one work have in common: without scheme, `www.`, tracking, fragment, last slash."""
    try:
        parts = urlsplit(stripped(url))
    except ValueError:
        return url
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    return f"{host}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else "")


def is_work(url: str) -> bool:
    """Tell whether `url` leads to a work and not to a publisher's front page or one of its sections."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (
        bool(parts.query)
        or len([step for step in parts.path.split("/") if step]) > 1
        or bool(re.search(r"[^/]*(?:\d{4,}|-.*-|\.\w{2,5}\Z)", parts.path.rpartition("/")[2] or parts.path.strip("/")))
    )
