"""The last look over what is to be published: secrets, and names of folders of this machine.

Few false alarms are worth more here than many forms: what is found stops a publish. Each finding has a name of its
kind and a fingerprint of what was found, under which site.yaml may allow it, wherever it stands.
"""

from __future__ import annotations

import html
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from digestgen import fingerprint, urls
from digestgen.dataclass import dataclass
from digestgen.diagnostics import Diagnostic, Span


@dataclass(frozen=True)
class Leak:
    """What was found: its kind in words, the name to allow it by, and where it stands (line and column from 1)."""

    what: str
    name: str
    path: str
    line: int = 1
    column: int = 1

    def told(self, output: str) -> Diagnostic:
        """Return the message, which does not show what was found; `output` is the name of the output folder."""
        return Diagnostic(
            "leak",
            f"{self.path} holds {self.what}",
            Span(f"{output}/{self.path}", self.line, self.column),
            help=f"take it out; or, if it may be public, add {self.name} to `publish: {{allow: […]}}` in site.yaml",
        )


#: (name, in words, form). A group `secret` is what the name rests on, else the whole is.
_FORMS: Final = tuple(
    (name, what, re.compile(form))
    for name, what, form in (
        (
            "private-key",
            "a private key",
            (
                rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----[\s\\nr]{1,8}"
                rb"(?P<secret>(?:[A-Za-z-]+: [^\n]{0,200}\n)*\s*[A-Za-z0-9+/=]{32,})"
            ),
        ),
        (
            "aws-key",
            "an access key of AWS",
            rb"(?<![A-Za-z0-9])(?:AKIA|ASIA)(?![A-Z0-9]*EXAMPLE)[A-Z2-7]{16}(?![A-Za-z0-9])",
        ),
        (
            "aws-secret",
            "a secret key of AWS",
            (
                rb"(?i:aws_?secret_?access_?key)[\"']?\s{0,3}[=:]\s{0,3}[\"']?"
                rb"(?P<secret>(?![A-Za-z0-9/+]*EXAMPLE)[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
            ),
        ),
        (
            "github-token",
            "a token of GitHub",
            rb"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{40,255})",
        ),
        ("gitlab-token", "a token of GitLab", rb"(?<![A-Za-z0-9])gl(?:pat|ptt|dt|rt)-[A-Za-z0-9_-]{20,64}"),
        ("slack-token", "a token of Slack", rb"(?<![A-Za-z0-9])xox[abeoprs]-[0-9]{6,}-[0-9A-Za-z-]{10,}"),
        (
            "slack-hook",
            "a webhook of Slack",
            rb"hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,}",
        ),
        ("stripe-key", "a secret key of Stripe", rb"(?<![A-Za-z0-9])[rs]k_live_[0-9A-Za-z]{20,}"),
        ("google-key", "an API key of Google", rb"(?<![A-Za-z0-9])AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"),
        ("npm-token", "a token of npm", rb"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
        ("pypi-token", "a token of PyPI", rb"(?<![A-Za-z0-9])pypi-AgE[A-Za-z0-9_-]{60,}"),
        ("api-key", "a secret API key", rb"(?<![A-Za-z0-9-])sk-(?:ant-|proj-)[A-Za-z0-9_-]{32,}"),
        (
            "jwt",
            "a signed token (JWT)",
            rb"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{12,}\.eyJ[A-Za-z0-9_-]{12,}\.[A-Za-z0-9_-]{20,}",
        ),
    )
)

#: What all of `_FORMS` have in common: nearly no file has any of these, and is done with then.
_HINT: Final = re.compile(
    rb"PRIVATE KEY|AKIA|ASIA|(?i:secret_?access_?key)|gh[pousr]_|github_pat_|gl(?:pat|ptt|dt|rt)-|xox[abeoprs]-|"
    rb"hooks\.slack|[rs]k_live_|AIza|npm_|pypi-AgE|sk-(?:ant|proj)-|eyJ[A-Za-z0-9_-]+\.eyJ"
)

_ADDRESS: Final = re.compile(
    r"[a-z][a-z0-9+.-]{1,15}://[A-Za-z0-9._~%-]{1,100}:(?P<secret>[^\s/@:\"'<>&{}$*]{6,100})@[A-Za-z0-9.-]+\.[a-z]{2,}"
)
_ASSIGNED: Final = re.compile(
    r"(?i)(?<![A-Za-z])(?:api[_-]?key|secret[_-]?key|access[_-]?token|auth[_-]?token|client[_-]?secret|password|passwd)"
    r"[\"']?\s{0,3}(?::|=>?)\s{0,3}[\"'](?P<secret>[A-Za-z0-9+/=_.~!@#%^&*-]{12,200})[\"']"
)
_ASSIGNED_HINT: Final = re.compile(
    rb"(?i)(?:key|token|secret|password|passwd)(?:[\"']|&quot;|&#34;|&#39;|</)?\s{0,3}[<:=]|://[^/\s]+:[^/\s]+@"
)
_PLACEHOLDER: Final = re.compile(
    r"(?i)pass|secret|example|your|change|xxx|foo|bar|test|dummy|sample|token|key|1234|\.\.\."
)

_TAG: Final = re.compile(r"<[^<>]{0,400}>")

#: Names of files that hold keys and nothing else. What has a dot first is not published in any case.
_KEY_FILE: Final = re.compile(
    r"(?:^|/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|[^/]+\.(?:p12|pfx|kdbx|jks|keystore|ppk))$", re.IGNORECASE
)


def own_paths(folders: Iterable[str]) -> tuple[str, ...]:
    """Return the folders of this machine whose names are to stand nowhere, without those that all machines have."""
    found = {folder.rstrip("/\\") for folder in folders}
    return tuple(sorted(folder for folder in found if _deep(folder)))


def _deep(folder: str) -> bool:
    return len(re.split(r"[/\\]", folder)) > 2


def look(path: str, data: bytes, own: Collection[str], allowed: Collection[str]) -> Iterator[Leak]:
    """Yield what in the file at `path` must not be published; `own` are from `own_paths`, `allowed` names of leaks."""
    for leak in (*_by_name(path), *_in_bytes(path, data), *_in_text(path, data), *_own(path, data, own)):
        if leak.name not in allowed:
            yield leak


def _named(kind: str, secret: bytes) -> str:
    return f"{kind}-{fingerprint.short(secret)}"


def _by_name(path: str) -> Iterator[Leak]:
    if _KEY_FILE.search(path):
        yield Leak("keys, by its name", _named("key-file", path.encode()), path)


def _in_bytes(path: str, data: bytes) -> Iterator[Leak]:
    if _HINT.search(data) is None:
        return
    for kind, what, form in _FORMS:
        for found in form.finditer(data):
            secret = found.groupdict().get("secret") or found[0]
            yield _at(what, _named(kind, b"".join(secret.split())), path, data, found.start())


def _in_text(path: str, data: bytes) -> Iterator[Leak]:
    """What is only seen as readers see it: highlighted code is full of tags, and its quotes are entities."""
    if _ASSIGNED_HINT.search(data) is None:
        return
    text = data.decode("utf-8", "replace")
    if path.endswith((".html", ".xml", ".svg")):
        text = html.unescape(_TAG.sub("", text))
    for form, kind, what in (
        (_ASSIGNED, "secret", "what looks like a password or a key"),
        (_ADDRESS, "url-password", "an address with a password"),
    ):
        for found in form.finditer(text):
            secret = found["secret"]
            if _is_secret(secret) if form is _ASSIGNED else not _PLACEHOLDER.search(secret):
                place = max(data.find(secret.encode()), 0)
                yield _at(what, _named(kind, secret.encode()), path, data, place)


def _is_secret(word: str) -> bool:
    """Tell whether a word is as unlikely as a generated one: words of people repeat letters and have no digits."""
    if _PLACEHOLDER.search(word) or not re.search(r"[0-9]", word) or not re.search(r"[A-Za-z]", word):
        return False
    counts = Counter(word)
    entropy = -sum(count / len(word) * math.log2(count / len(word)) for count in counts.values())
    return entropy > 3.2


def _own(path: str, data: bytes, own: Collection[str]) -> Iterator[Leak]:
    for folder in own:
        raw = folder.encode("utf-8", "surrogateescape")
        forms = sorted({raw, raw.replace(b"\\", b"/"), urls.quote_path(folder).encode()})
        if any(form in data for form in forms):
            listed = b"|".join(map(re.escape, forms))
            found = re.search(rb"(?<![\w.}-])(?:" + listed + rb")(?![\w-])", data)
            if found is not None:
                yield _at("the name of a folder of this machine", _named("own-path", raw), path, data, found.start())


def _at(what: str, name: str, path: str, data: bytes, place: int) -> Leak:
    before = data[:place]
    start = before.rfind(b"\n") + 1
    return Leak(what, name, path, before.count(b"\n") + 1, len(before[start:].decode("utf-8", "replace")) + 1)
