"""What Python itself sees of a build: no code from the site's folder, no network, no process but workers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from digestgen import build
from tests import hooked
from tests.building import NOW, built, plain_theme
from tests.sites import write_site

_SITE = """\
-- site.yaml --
title: Digest
url: https://digest.example/
-- content/one.md --
---
title: "{{ ''.__class__ }} {% import 'os' %}"
date: 2024-05-01
sources: ["https://www.reuters.com/"]
---
![p](https://pictures.example/p.png) [a](http://127.0.0.1:1/) `{{ 7*7 }}`
"""

#: Names that a build imports, some before all others, and some only for what few articles have.
_NAMES = (
    "sitecustomize.py", "usercustomize.py", "yaml.py", "jinja2/__init__.py", "markdown.py", "nh3.py", "pygments.py",
    "click.py", "babel.py", "json.py", "re.py", "os.py", "sqlite3.py", "typing.py", "zoneinfo.py", "html.py",
    "multiprocessing.py", "concurrent/futures/process.py", "resource.py", "select.py", "pickle.py", "conftest.py",
)  # fmt: skip

#: Runs the command line with a hook that writes down what happens; children write to the same file.
_WATCHED = """\
import os, sys
log = os.open(sys.argv.pop(1), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
site = os.path.realpath(sys.argv[2])
def hook(event, arguments):
    if event.startswith(("socket.", "urllib.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn",
                         "pty.", "ftplib.", "smtplib.", "http.")):
        os.write(log, f"{event} {arguments[:2]!r}\\n".encode())
    elif event == "exec" and os.path.isabs(arguments[0].co_filename):
        if os.path.realpath(arguments[0].co_filename).startswith(site):
            os.write(log, f"code {arguments[0].co_filename}\\n".encode())
sys.addaudithook(hook)
from digestgen.cli import main
main()
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A site in whose folder lies a module of each name; whatever runs one leaves a mark."""
    site = write_site(tmp_path / "site", _SITE)
    for name in _NAMES:
        for folder in (site, site / "content"):
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\n", encoding="utf-8")
    return site


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "NO_COLOR": "1"}


@pytest.mark.parametrize("way", [["-m", "digestgen"], ["-c", "from digestgen.__main__ import main; main()"]])
def test_nothing_that_lies_in_the_folder_of_a_site_is_imported(hostile: Path, way: list[str]) -> None:
    if way[0] == "-c":
        way = ["-P", *way]  # as the command that is installed: its folder is not the one where it is called
    done = subprocess.run(
        [sys.executable, *way, "build", "--jobs", "2"],
        cwd=hostile,
        env=_environment(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (hostile.parent / "ran").exists()


def test_a_build_runs_no_code_of_the_site_reaches_no_network_and_starts_no_program(hostile: Path) -> None:
    content = hostile / "content"
    for number in range(60):  # enough for workers
        (content / f"2024-05-02-{number}.md").write_text("---\ntitle: T\n---\n```python\nx\n```\n", encoding="utf-8")
    (content / "2024-05-03-long.md").write_text("---\ntitle: T\n---\n" + "word " * 20_000, encoding="utf-8")
    log = hostile.parent / "log"
    done = subprocess.run(
        [sys.executable, "-P", "-c", _WATCHED, str(log), "-C", str(hostile), "build", "--jobs", "2"],
        cwd=hostile, env=_environment(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert log.read_text(encoding="utf-8").splitlines() == []
    assert not (hostile.parent / "ran").exists()


# --- every build of the suite

_PLUGGED = """\
-- site.yaml --
title: Digest
theme: plain
plugins: [mine.py]
-- mine.py --
import os

HERE = os.getpid()


def tried():
    try:
        {code}
    except Exception:
        return


def filters():
    tried()
    return {{"same": lambda text: text if os.getpid() == HERE else tried() or text}}
-- other.py --
pass
-- content/2024-05-01-one.md --
---
title: One
---
Text.
"""


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import socket; socket.create_connection(('127.0.0.1', 9))", r"socket\."),
        ("import subprocess, sys; subprocess.run([sys.executable, '-c', ''])", r"subprocess\.Popen"),
        ("import os; os.system('true')", r"os\.system"),
        ("import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')", r"urllib\.Request"),
        ("import runpy; runpy.run_path(__file__.replace('mine.py', 'other.py'))", r"other\.py"),
    ],
)
def test_what_no_build_may_do_is_an_error_in_every_test(tmp_path: Path, code: str, told: str) -> None:
    """A plug-in does it here, which is trusted code, and catches what it gets for that."""
    folder = write_site(tmp_path / "site", _PLUGGED.format(code=code) + plain_theme())
    with pytest.raises(hooked.Forbidden, match=told):
        built(folder)


def test_code_that_site_yaml_names_is_none_of_that(tmp_path: Path) -> None:
    folder = write_site(tmp_path / "site", _PLUGGED.format(code="pass") + plain_theme())
    assert built(folder).ok


def test_workers_are_watched_like_the_build_that_forks_them(tmp_path: Path) -> None:
    article = '{% extends "base.html" %}{% block main %}{{ page.card.title|same }}{% endblock %}'
    code = "import socket; HERE == os.getpid() or socket.socket()"
    folder = write_site(tmp_path / "site", _PLUGGED.format(code=code) + plain_theme(article=article))
    for number in range(60):
        (folder / f"content/2024-05-02-{number}.md").write_text("---\ntitle: T\n---\n", encoding="utf-8")
    with pytest.raises(hooked.Forbidden, match=r"socket\."):
        build.build(build.Request(folder, NOW, jobs=2))
