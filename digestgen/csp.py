"""The Content-Security-Policy (CSP level 3) of pages: the one text that meta elements and hosts' headers both have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

#: Nothing from elsewhere, no inline script or style, no forms, no plug-ins, no <base>.
PLAIN: Final = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'"

#: Where articles may carry any HTML (raw_html: allow), their own scripts and styles work.
OPEN: Final = "default-src 'self' https: data: 'unsafe-inline'; object-src 'none'; base-uri 'none'"


def text(
    *,
    any_html: bool = False,
    images: Iterable[str] = (),
    frames: Iterable[str] = (),
    wasm: bool = False,
    header: bool = False,
) -> str:
    """Return a policy. `images` and `frames` are hosts that may give pictures and players, over https.

    `wasm` lets the site's own scripts compile WebAssembly: a search page needs it, no other does. `any_html` is the
    policy for a site with `raw_html: allow`. As a `header` it also says who may frame the page, which a meta element
    cannot; a browser that gets both obeys both, so that a header has to allow what any of its pages does.
    """
    parts = [OPEN if any_html else PLAIN]
    if not any_html:
        parts += [f"{kind} {sources}" for kind, sources in _from(images, frames) if sources]
    if wasm:
        parts.append("script-src 'self' https: data: 'unsafe-inline'" if any_html else "script-src 'self'")
        parts[-1] += " 'wasm-unsafe-eval'"
    return "; ".join([*parts, *(["frame-ancestors 'self'"] if header else [])])


def _from(images: Iterable[str], frames: Iterable[str]) -> Iterable[tuple[str, str]]:
    pictures, players = ([f"https://{host}" for host in sorted(set(hosts))] for hosts in (images, frames))
    return ("img-src", " ".join(["'self'", *pictures] if pictures else [])), ("frame-src", " ".join(players))
