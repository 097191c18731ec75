"""What a host is told of the site: its facts, and the files in which some hosts look for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from digestgen import csp, hosting, urls
from digestgen.library import Library
from digestgen.plan.outputs import Copied, Output


def facts(shelf: Library) -> hosting.Facts:
    """Return the facts of the site: one policy that allows what any of its pages does, and all redirects."""
    config = shelf.config
    items = [item for part in shelf.parts for item in (*part.articles, *part.pages)]
    files = [edition.file for part in shelf.parts for edition in part.editions if edition.file]
    shown = [*items, *files]
    lead = {urls.authority(item.image.src) for item in shown if item.image and "//" in item.image.src}
    policy = csp.text(
        any_html=config.raw_html,
        images={*(host for item in shown for host in item.body.remote_hosts), *filter(None, lead)},
        frames={host for item in shown for host in item.body.embeds},
        wasm=config.search,
        header=True,
    )
    redirects = tuple((alias, shelf.urls[item.path]) for item in items for alias in item.aliases)
    return hosting.Facts(config.title, config.url, config.base, policy, redirects, config.publish.compress)


def outputs(shelf: Library, planned: Iterable[Output]) -> Iterator[Output]:
    """Yield the files in which the host that site.yaml names looks for headers and redirects."""
    host = shelf.config.publish.host
    if host in ("netlify", "cloudflare"):
        own = [item.path for item in planned if isinstance(item.content, Copied) and item.path.startswith("assets/")]
        told = replace(facts(shelf), loose=not all(map(hosting.fingerprinted, own)))
        yield Output("_headers", hosting.headers_file(told).encode(), f"the headers for {host}")
    if host in ("netlify", "cloudflare", "gitlab"):
        found = hosting.redirects_file(facts(shelf), host)
        if found:
            yield Output("_redirects", found.encode(), f"the redirects for {host}")


def replaced(shelf: Library) -> frozenset[str]:
    """Return the former site paths (decoded) at which no page may stand, since the host would send it first."""
    if shelf.config.publish.host != "gitlab":
        return frozenset()
    return frozenset(old for old, _ in hosting.moved(facts(shelf), "gitlab"))
