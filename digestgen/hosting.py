"""What hosts have to be told beside the files: headers, redirects, and what is served packed.

Values in, texts out. The policy of pages stands in their meta elements, too; as a header it reaches every answer, and a
browser obeys both.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from digestgen import urls
from digestgen.dataclass import dataclass

#: A file whose name holds its fingerprint never changes under that name: a year, the longest that is understood.
FOREVER: Final = "public, max-age=31536000, immutable"
#: All else is asked for anew, and costs an answer without a body where it is the same (RFC 9111, 5.2.2.4).
ANEW: Final = "no-cache"

#: Names that hold a fingerprint, as servers match them.
_FINGERPRINTED: Final = r"[._-][0-9a-f]{10}\.[A-Za-z0-9.]+$"

#: The most that the hosts take: so many redirects, and so many bytes of them.
_MOST: Final = {"netlify": 10_000, "cloudflare": 2_000, "gitlab": 1_000}
_MOST_BYTES: Final = 60_000


@dataclass(frozen=True)
class Facts:
    """What a host is told of a site.

    `base` is the path of its address, `url` the whole; `policy` allows what any of its pages does. `redirects` are
    former site paths (decoded), each with the present one (percent-encoded). `packings` are names of `config.PACKINGS`.
    """

    title: str
    url: str
    base: str
    policy: str
    redirects: tuple[tuple[str, str], ...] = ()
    packings: tuple[str, ...] = ()
    loose: bool = False
    """Whether files lie in assets/ whose names hold no fingerprint: the site's own, from content/static/."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers of every answer."""
        return (
            ("Content-Security-Policy", self.policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
        )

    def target(self, url: str) -> str:
        """Return where a redirect leads: a path with the site's own before it."""
        return self.base.rstrip("/") + url.replace("$", "%24")


def headers_file(facts: Facts) -> str:
    """Return `_headers`, as Netlify and Cloudflare Pages read it.

    Both have pages asked for anew unless told otherwise, and join values where two rules name one header.
    """
    lines = ["/*", *(f"  {name}: {value}" for name, value in facts.headers)]
    if not facts.loose:
        lines += ["/assets/*", f"  Cache-Control: {FOREVER}"]
    return "\n".join([*lines, ""])


def fingerprinted(path: str) -> bool:
    """Tell whether the name of a file holds its fingerprint."""
    return re.search(_FINGERPRINTED, path) is not None


def moved(facts: Facts, host: str) -> tuple[tuple[str, str], ...]:
    """Return those of the redirects that a host takes: the first ones, where there are too many."""
    taken: list[tuple[str, str]] = []
    size = 0
    for old, new in facts.redirects[: _MOST[host]]:
        size += len(_rule(facts, old, new, host)) + 1
        if host == "gitlab" and size > _MOST_BYTES:
            break
        taken.append((old, new))
    return tuple(taken)


def redirects_file(facts: Facts, host: str) -> str:
    """Return `_redirects` for netlify, cloudflare or gitlab."""
    return "".join(f"{_rule(facts, old, new, host)}\n" for old, new in moved(facts, host))


def _rule(facts: Facts, old: str, new: str, host: str) -> str:
    # Netlify serves a file rather than a redirect, unless the rule insists; `*` and `:` would stand for others
    status = "301!" if host == "netlify" else "301"
    before = facts.base.rstrip("/") if host == "gitlab" else ""
    target = facts.target(new) if host == "gitlab" or facts.base == "/" else urls.absolute(facts.url, new)
    return f"{before}{quote(old, safe='/')} {target} {status}"


def nginx(facts: Facts) -> str:
    """Return lines for a `server` block of nginx whose `root` holds the site at the path of its address."""
    base, packed = facts.base, {"gzip": "gzip_static on;", "br": "brotli_static on;  # needs ngx_brotli"}
    name = " ".join(facts.title.split())
    lines = [
        f"# {name}: by `digestgen publish --server nginx`, for the server block.",
        "charset utf-8;",
        "charset_types text/css text/plain text/xml application/javascript application/json application/rss+xml;",
        "absolute_redirect off;",
        *(["gzip_vary on;"] if facts.packings else []),
        *(packed[name] for name in facts.packings),
        "",
        f"location {_word(base)} {{",
        "    index index.html;",
        f"    error_page 404 {_word(facts.target('/404.html'))};",
        *_nginx_headers(facts, ANEW),
        "    try_files $uri $uri/ =404;",
        "",
        "    # what begins with a dot is not for readers",
        r"    location ~ /\.(?!well-known/) {",
        "        return 404;",
        "    }",
        "",
        f'    location ~ "{_FINGERPRINTED}" {{',
        *(f"    {line}" for line in _nginx_headers(facts, FOREVER)),
        "        try_files $uri =404;",
        "    }",
        "}",
    ]
    for old, new in facts.redirects:
        lines.append(f"location = {_word(base.rstrip('/') + old)} {{ return 301 {_word(facts.target(new))}; }}")
    return "\n".join([*lines, ""])


def _nginx_headers(facts: Facts, cache: str) -> list[str]:
    always = [f'    add_header {name} "{value}" always;' for name, value in facts.headers]
    return [*always, f'    add_header Cache-Control "{cache}";']


def _word(text: str) -> str:
    """Return `text` as one word of nginx or Apache. No path of a site holds a quote or a backslash."""
    return f'"{text}"'


def apache(facts: Facts) -> str:
    """Return lines for a virtual host of Apache (2.4, with mod_headers and mod_rewrite)."""
    base = re.escape(facts.base.rstrip("/"))
    lines = [
        f"# {' '.join(facts.title.split())}: by `digestgen publish --server apache`, for the virtual host.",
        "AddDefaultCharset utf-8",
        f'<LocationMatch "^{base}/">',
        f"    ErrorDocument 404 {facts.target('/404.html')}",
        *(f'    Header always set {name} "{value}"' for name, value in facts.headers),
        f'    Header set Cache-Control "{ANEW}"',
        "</LocationMatch>",
        f'<LocationMatch "^{base}/.*{_FINGERPRINTED}">',
        f'    Header set Cache-Control "{FOREVER}"',
        "</LocationMatch>",
        f'RedirectMatch 404 "^{base}/(?:.*/)?\\.(?!well-known/)"',
    ]
    for old, new in facts.redirects:
        lines.append(f'RedirectMatch 301 "^{base}{re.escape(old)}$" "{facts.target(new)}"')
    if facts.packings:
        lines += [
            "RewriteEngine On",
            *(line for name in reversed(facts.packings) for line in _apache_packed(base, name)),
        ]
    return "\n".join([*lines, ""])


def _apache_packed(base: str, name: str) -> list[str]:
    ending, said = {"gzip": ("gz", "gzip"), "br": ("br", "br")}[name]
    types = (("html", "text/html"), ("css", "text/css"), ("js", "text/javascript"), ("xml", "text/xml"))
    return [
        f"RewriteCond %{{HTTP:Accept-Encoding}} \\b{said}\\b",
        f"RewriteCond %{{DOCUMENT_ROOT}}%{{REQUEST_URI}}.{ending} -f",
        f"RewriteRule ^{base}/.+\\.(?:html|css|js|xml|json|svg|txt)$ %{{REQUEST_URI}}.{ending} [L]",
        f'<FilesMatch "\\.{ending}$">',
        f"    Header set Content-Encoding {said}",
        "    Header append Vary Accept-Encoding",
        "    SetEnv no-gzip 1",
        "</FilesMatch>",
        *(f'<FilesMatch "\\.{kind}\\.{ending}$">\n    ForceType {type}\n</FilesMatch>' for kind, type in types),
    ]
