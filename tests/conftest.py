"""Fixtures that every test may ask for. What they are made of stands in browser.py and sites.py."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, Protocol

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests import browser as browsers
from tests import hooked
from tests.sites import write_site

ROOT = Path(__file__).resolve().parent.parent
CORPORA = ROOT.parent / "shared" / "corpora"

# A busy machine is no fault of a law that a property test checks. In CI the examples are always the same.
_BASE = "ci" if os.environ.get("CI") else "default"
settings.register_profile("digestgen", settings.get_profile(_BASE), deadline=None)
settings.load_profile("digestgen")

hooked.install()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="Write what is expected in tests/messages/ anew.")
    parser.addoption("--matrix", action="store_true", help="Look at every page kind of every theme in every way.")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a developer's shell says of time and colour must not decide a test."""
    for name in ("SOURCE_DATE_EPOCH", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def site(tmp_path: Path) -> Callable[[str], Path]:
    """A function that writes a whole site, given as one string, and returns its folder."""
    return lambda text: write_site(tmp_path / "site", text)


@pytest.fixture(scope="session")
def corpus() -> Callable[[str], Path]:
    """A function from a corpus's name to its folder; the corpora stand beside the repository, not in it."""

    def folder(name: str) -> Path:
        path = CORPORA / name
        if not path.is_dir():
            pytest.skip(f"the corpus {name} is not there: it would be at ../shared/corpora/{name}")
        return path

    return folder


# --- browsers


class SiteServer(Protocol):
    """Serves a built folder at a path prefix and returns its address, which ends with the prefix."""

    def __call__(self, root: Path, prefix: str = "/") -> str: ...


class OpenPage(Protocol):
    """Opens an address in a fresh browser profile and returns the page when it has loaded."""

    def __call__(
        self,
        url: str,
        *,
        width: int = 1280,
        height: int = 900,
        color_scheme: Literal["light", "dark"] = "light",
        java_script: bool = True,
        locale: str = "en-GB",
    ) -> Page: ...


@pytest.fixture(scope="session")
def site_server() -> Iterator[SiteServer]:
    with ExitStack() as servers:
        yield lambda root, prefix="/": servers.enter_context(browsers.serving(root, prefix))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = browsers.launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Whatever a page complains of while the test runs (see browsers.watch) fails the test at its end."""
    complaints: list[str] = []
    with ExitStack() as contexts:

        def opened(
            url: str,
            *,
            width: int = 1280,
            height: int = 900,
            color_scheme: Literal["light", "dark"] = "light",
            java_script: bool = True,
            locale: str = "en-GB",
        ) -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=color_scheme,
                java_script_enabled=java_script,
                locale=locale,
                timezone_id="UTC",
                reduced_motion="reduce",
            )
            contexts.callback(context.close)
            page = context.new_page()
            browsers.watch(page, complaints)
            page.goto(url)
            return page

        yield opened
    assert not complaints, browsers.lines(complaints)
