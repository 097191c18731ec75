"""The Content-Security-Policy: one text for meta elements and headers."""

from __future__ import annotations

from digestgen import csp, linked


def directives(policy: str) -> dict[str, list[str]]:
    listed = [part.split() for part in policy.split(";")]
    found = {name: sources for name, *sources in listed}
    assert len(found) == len(listed), "a second directive of a name does not count"
    return found


def test_a_plain_page_gets_nothing_from_elsewhere_and_runs_nothing_inline() -> None:
    policy = csp.text()
    assert policy == csp.PLAIN
    assert directives(policy)["default-src"] == ["'self'"]
    assert "unsafe" not in policy


def test_hosts_of_pictures_and_players_are_allowed_each_once_in_order() -> None:
    found = directives(csp.text(images=["b.example", "a.example", "b.example"], frames=["c.example"]))
    assert found["img-src"] == ["'self'", "https://a.example", "https://b.example"]
    assert found["frame-src"] == ["https://c.example"]


def test_only_who_asks_may_compile_webassembly() -> None:
    assert directives(csp.text(wasm=True))["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert "'wasm-unsafe-eval'" in directives(csp.text(wasm=True, any_html=True))["script-src"]


def test_linked_data_of_a_page_with_scripts_of_its_own_stand_in_the_same_directive() -> None:
    for policy in (csp.text(), csp.text(wasm=True)):
        data = linked.data([linked.node("Thing", name="x")], policy)
        sources = directives(policy + data.leave)["script-src"]
        assert sources[0] == "'self'"
        assert sources[-1].startswith("'sha256-")


def test_only_a_header_says_who_may_frame_a_page() -> None:
    assert "frame-ancestors" not in csp.text(any_html=True)
    assert directives(csp.text(header=True)) == directives(csp.text()) | {"frame-ancestors": ["'self'"]}
    assert directives(csp.text(any_html=True, header=True))["frame-ancestors"] == ["'self'"]
