"""No article runs a script, forges a part of the page or leaves its element, whatever it holds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as parser

from digestgen.markup.convert import Options, assemble, convert, feed_html
from tests.trust.fuzz.texts import read_as_written

_PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt&#58;alert(1))",
    "[a](java&#10;script:alert(1))",
    "[a](<data:text/html,x>)",
    '<a href="&#1;javascript:alert(1)">x</a>',
    '<a href="data:text/html,x" target=_blank ping=//e style="x" rel=import>x</a>',
    "![a](javascript:alert(1))",
    '![a" onerror="alert(1)](x)',
    '[a](x "t\\" onclick=\\"alert(1)")',
    "a\n{: onclick=alert(1) style=x .dg-masthead #dg-x .ok}",
    "# h {#dg-y .dg-z}",
    "<svg onload=alert(1)><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext></mtext><style><img src=x onerror=alert(1)></style></math>",
    '<iframe src="javascript:alert(1)"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>">',
    "<iframe src=https://evil.example/><script>alert(1)</script></iframe>",
    '```"><script>alert(1)</script>\nx\n```',
    '```{#x" onclick="a .y"z}\nx\n```',
    '*[a]: "><script>alert(1)</script>\n\na',
    '[^a"><script>]: x\n\ny[^a"><script>]',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<form action=x><input name=y><button formaction=javascript:alert(1)>k</button></form>",
    '<object data="javascript:alert(1)"><embed src="x">',
    '<base href="//evil"><meta http-equiv=refresh content="0;url=//evil"><link rel=stylesheet href=//e>',
    '<dg-frame src="javascript:alert(1)">x</dg-frame>',
    '<video src="javascript:alert(1)"><source src="javascript:alert(1)"></video>',
    "&#2;klzzwxh:0000&#3; `a` &#xFDD0;onclick",
    '<div role="banner" class="DG-x" aria-label="x">a</div>',
    '<a href="#dg-refused:javascript%3Aalert(1)">x</a>',
    "<xmp><script>alert(1)</script></xmp><plaintext><script>x",
    "<title><img src=x onerror=alert(1)></title><textarea><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
]
_FORBIDDEN = {
    "script", "style", "form", "input", "button", "textarea", "select", "svg", "math", "object", "embed", "base",
    "meta", "link", "iframe", "dg-frame", "title", "template",
}  # fmt: skip


def faults(html: str) -> list[str]:
    """All in `html` that an article must not bring onto a page."""
    found = ["a control character"] if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufdd0\ufdd1]", html) else []
    for element in parser.fragment_fromstring(html, create_parent="main").iter():
        if not isinstance(element.tag, str) or element.tag in _FORBIDDEN:
            found.append(str(element.tag))
        found += [f"{name}={value}" for name, value in element.attrib.items() if is_harmful(name, value)]
    return found


def is_harmful(name: str, value: str) -> bool:
    """Whether the attribute runs something, leads to something that runs, or forges a part of the page."""
    if name in ("href", "src"):
        return re.match(r"\s*(javascript|data|vbscript):", value, re.IGNORECASE) is not None
    if name in ("id", "class"):
        return any(part.startswith("dg-") for part in value.lower().split())
    if name == "role":
        return value in ("banner", "main", "navigation", "contentinfo")
    return name.startswith("on") or name in ("style", "target", "srcset", "srcdoc")


@pytest.mark.parametrize("payload", _PAYLOADS)
def test_nothing_of_a_payload_runs_or_forges(payload: str) -> None:
    body = convert(payload, "en", Options(embed=("v.example",)))
    targets = [ref.target for ref in body.refs]
    assert faults(assemble(body, targets)) == []
    trusted = convert(payload, "en", Options(raw_html=True))
    assert faults(feed_html(trusted, [ref.target for ref in trusted.refs])) == []


@given(
    st.lists(st.sampled_from([*_PAYLOADS, '"', "'", ">", "<", "`", "\n\n", "*", "](", "<b>", "</p>", "a"]), max_size=6)
)
def test_nothing_of_payloads_together_runs_or_forges(pieces: list[str]) -> None:
    body = convert("".join(pieces), "de")
    assert faults(assemble(body, [ref.target for ref in body.refs])) == []


@given(st.text("\"'<>&\x00 ax=/", max_size=12))
def test_an_address_stays_in_its_attribute(address: str) -> None:
    body = convert("[a](x) ![b](y)", "en")
    html = assemble(body, [f"/{address}", f"/{address}"])
    assert re.fullmatch(
        r'<p><a href="[^"<>]*">a</a> <img src="[^"<>]*" alt="b" loading="lazy" decoding="async"></p>', html
    )


@pytest.mark.parametrize(
    "text",
    [
        "<marquee >",  # bounds what an end tag closes, and is taken out: a paragraph is left in a paragraph
        "</td><dd><h1>a<dd>b",  # one may stand in the other for a heading that is between them
        "<dd><h4><dt> <dt>",  # and an empty heading is taken out
        "<pre>\n\n one</pre>",  # the first line end in a `pre` is not shown
        "[a[^1]](x)\n\n[^1]: b",  # a link in a link
    ],
)
def test_browsers_read_the_elements_that_are_written(text: str) -> None:
    body = convert(text, "en")
    html = assemble(body, [ref.target for ref in body.refs])
    read_as_written(html)
    assert re.search(r"<pre[^>]*>\n\n one", html) or "<pre" not in text
    allowed = convert(text, "en", Options(raw_html=True))
    read_as_written(feed_html(allowed, [ref.target for ref in allowed.refs]))
