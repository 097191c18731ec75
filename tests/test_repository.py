"""Laws of the repository itself: what a reader of the whole tree would otherwise have to look after."""

from __future__ import annotations

import ast
import itertools
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import dev
from digestgen.build import Request, build
from tests.sites import write_site

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "digestgen"
COMMANDS = ("python3 dev.py build", "python3 dev.py test")

#: Registries are reached through their clients, as the user has set them up. (In pieces for this file.)
REGISTRY_HOSTS = tuple(
    ".".join(labels)
    for labels in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("deb", "debian", "org"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
        ("cdnjs", "cloudflare", "com"),
    )
)

#: Folders that a machine's owner did not name: their paths may stand in examples.
COMMON_FOLDERS = {Path(path) for path in ("/", "/tmp", "/var/tmp", "/home", "/opt", "/srv", "/mnt", "/builds")}

#: A third-party library is imported at one place, so that replacing it is a change at one place.
HOMES = {
    "PIL": {"pictures"},
    "feedparser": {"incoming"},
    "fontpkg_noto_serif": {"pictures"},
    "resvg_py": {"pictures"},
    "babel": {"i18n"},
    "brotli": {"packing"},
    "click": {"cli", "commands", "console"},
    "css_inline": {"mailing"},
    "defusedxml": {"moving"},
    "docutils": {"moving"},
    "jinja2": {"render"},
    "lightningcss": {"styles"},
    "markdown": {"markup"},
    "nh3": {"markup"},
    "pygments": {"markup"},
    "rich": {"progress"},
    "watchfiles": {"serve"},
    "yaml": {"yaml"},
}

#: What is installed under another name than it is imported by.
IMPORT_NAMES = {
    "css-inline": "css_inline",
    "fontpkg-noto-serif": "fontpkg_noto_serif",
    "pillow": "PIL",
    "pyyaml": "yaml",
    "resvg-py": "resvg_py",
}


def project_files() -> tuple[Path, ...]:
    """Return every file that is or may be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.split(b"\0")
    return tuple(path for name in sorted(set(listed)) if name and (path := ROOT / os.fsdecode(name)).is_file())


def texts() -> Iterator[tuple[str, str]]:
    """Yield path and text of each text file of the project; a file with a NUL byte is none, nor what a fuzzer keeps."""
    for path in project_files():
        data = path.read_bytes()
        if b"\0" not in data and not path.is_relative_to(ROOT / "tests/fuzz"):
            yield path.relative_to(ROOT).as_posix(), data.decode("utf-8")


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield name below the package and syntax tree of each of its modules."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield ".".join(path.relative_to(PACKAGE).with_suffix("").parts), ast.parse(path.read_bytes())


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the first word of everything that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            yield str(node.module).partition(".")[0]


def test_no_file_names_a_registry_host() -> None:
    assert [(path, host) for path, text in texts() for host in REGISTRY_HOSTS if host in text] == []


def test_no_file_names_a_folder_of_this_machine() -> None:
    own = {ROOT, ROOT.parent, Path.home()} - COMMON_FOLDERS
    pattern = re.compile("|".join(rf"(?<![\w.}}-]){re.escape(str(folder))}/" for folder in sorted(own)))
    assert [(path, found[0]) for path, text in texts() for found in pattern.finditer(text)] == []


def test_every_text_file_ends_with_one_line_feed_and_has_no_other_line_end() -> None:
    assert [path for path, text in texts() if text and (not text.endswith("\n") or "\r" in text)] == []


def test_ci_runs_the_readmes_test_command() -> None:
    script = ROOT / ".ci" / "run"
    assert COMMANDS[1] in script.read_text()
    assert os.access(script, os.X_OK)


def test_readme_gives_the_two_commands_of_dev_py() -> None:
    readme = (ROOT / "README.md").read_text()
    given = re.findall(r"^ *(python3 dev\.py .*?) *(?:#.*)?$", readme, re.MULTILINE)
    assert tuple(dict.fromkeys(given)) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_dev_py_knows_the_commands(command: str) -> None:
    assert command in str(dev.__doc__)
    assert callable(getattr(dev, command.rpartition(" ")[2]))


def test_dev_py_parses_on_python_too_old_for_the_project() -> None:
    ast.parse((ROOT / "dev.py").read_bytes(), feature_version=(3, 8))


def test_dev_py_without_a_known_command_tells_its_use() -> None:
    done = subprocess.run([sys.executable, "dev.py", "tset"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert COMMANDS[0] in done.stderr


def test_every_library_is_imported_in_its_home_only() -> None:
    strays = [
        f"{module} imports {library}"
        for module, tree in modules()
        for library in imported(tree)
        if library in HOMES and module.partition(".")[0] not in HOMES[library]
    ]
    assert strays == []


def test_every_library_that_is_imported_is_a_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = itertools.chain.from_iterable(project["optional-dependencies"].values())
    names = {re.split(r"[^\w-]", requirement)[0] for requirement in [*project["dependencies"], *extras]}
    known = {IMPORT_NAMES.get(name, name) for name in names} | {"digestgen"} | sys.stdlib_module_names
    assert {library for _, tree in modules() for library in imported(tree)} - known == set()


# --- what is installed


LOCKS = ("requirements-dev.txt", "requirements-fuzz.txt")


def locked(name: str) -> list[tuple[str, str]]:
    """Return name and version of everything in a file of locked versions."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r"^([a-z0-9-]+)==([^ ;]+)", text, re.MULTILINE)


def test_every_library_of_development_is_locked_in_a_version_that_is_allowed() -> None:
    text = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = text["dependency-groups"]
    wanted = [Requirement(line) for line in [*text["project"]["dependencies"], *groups["lint"], *groups["test"]]]
    wanted += [Requirement(line) for line in groups["fuzz"]]
    found = [pair for name in LOCKS for pair in locked(name)]
    names = {item: canonicalize_name(item.name) for item in wanted}
    unfit = [str(item) for item in wanted if not any(name == names[item] and v in item.specifier for name, v in found)]
    assert unfit == [], "run: python3 dev.py lock"


@pytest.mark.parametrize(("name", "least"), [*zip(LOCKS, (50, 1), strict=True)])
def test_everything_that_is_locked_has_fingerprints_and_names_no_registry(name: str, least: int) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(locked(name)) >= least
    assert [block.split("=")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_the_lowest_versions_are_those_that_the_project_allows() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = dict(line.split("==") for line in dev.lowest_versions(text))
    project = tomllib.loads(text)["project"]
    extras = itertools.chain.from_iterable(project["optional-dependencies"].values())
    wanted = [Requirement(line) for line in [*project["dependencies"], *extras]]
    assert listed.keys() == {item.name for item in wanted}
    assert all(listed[item.name] in item.specifier for item in wanted)
    assert set(dev.EXTRAS.split(",")) == project["optional-dependencies"].keys() - {"search-cjk"}


# --- the door to the disk


#: Calls that open, read, change or list files, by what they are called on; where it is "" it is a method of anything.
DOORS = {
    "": "iterdir read_bytes read_text write_bytes write_text glob rglob walk mkdir rmdir touch unlink symlink_to "
    "hardlink_to chmod",
    "os": "open read write remove unlink rename renames replace mkdir makedirs rmdir removedirs scandir listdir walk "
    "fwalk chmod chown utime link symlink truncate mkfifo mknod fsync readlink sendfile",
}
LIBRARIES = {"glob", "mmap", "shutil", "sqlite3", "tarfile", "tempfile", "zipfile"}

#: What passes by the door, and why it may: none of it is a file of the user's.
PASSING = {
    ("__main__", "os.open"): "nothing: where a message goes that nobody can be told",
    ("budget", "open"): "what the system tells of this process's memory",
    ("budget", "os.open"): "nothing: where messages of a process go that is to end",
    ("budget", "os.read"): "a pipe from a worker",
    ("budget", "os.write"): "a pipe to its parent",
    ("cli", "open"): "nothing: where messages go whose stream is closed",
    ("helps", "open"): "digestgen's own texts",
    ("i18n", "iterdir"): "digestgen's own catalogues",
    ("i18n", "read_text"): "digestgen's own catalogues",
    ("moving.transfer", "glob"): "names of another generator's files, which are then read through the door",
    ("pictures.letters", "glob"): "the package of the font",
    ("pictures.letters", "read_bytes"): "the package of the font",
    ("starter", "read_text"): "digestgen's own sample",
    ("starter", "rglob"): "digestgen's own sample",
    ("traces", "os.listdir"): "the names of installed libraries",
    ("traces", "sqlite3.connect"): "the cache: SQLite opens, locks and repairs its file itself",
    ("work", "os.read"): "pipes between a worker and its parent",
    ("work", "os.write"): "pipes between a worker and its parent",
}


def calls_of_doors(tree: ast.Module) -> Iterator[str]:
    """Yield the calls of a module that open, read, change or list files."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id == "open":
            yield "open"
        if isinstance(node.func, ast.Attribute):
            of, name = ast.unparse(node.func.value), node.func.attr
            if of in LIBRARIES or name in DOORS.get(of, "").split():
                yield f"{of}.{name}"
            elif name in DOORS[""].split() and of not in {"files", "files.system", "self.inner", "ast"}:
                yield name


def test_files_are_opened_changed_and_listed_through_one_module() -> None:
    met = {(module, call) for module, tree in modules() if module != "files" for call in calls_of_doors(tree)}
    assert met == PASSING.keys()


# --- what a user installs


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as `pip install .` makes it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_all_themes_and_all_that_is_no_module(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        ("digestgen" / path if path.parts[0] == "themes" else path).as_posix()
        for file in project_files()
        if (path := file.relative_to(ROOT)).parts[0] in {"digestgen", "themes"}
    }
    assert wanted - held == set()
    assert {name.partition("/")[0].partition("-")[0] for name in held} == {"digestgen"}


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_wheel_unpacked_elsewhere_builds_a_site(wheel: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)
    site = write_site(
        tmp_path / "site",
        """
        -- site.yaml --
        title: The Paper
        -- content/2024-05-03-first.md --
        ---
        title: First
        ---
        Words.
        """,
    )
    # -P: not this folder; the path comes before the project's own, which an editable installation names
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    where = [sys.executable, "-P", "-c", "import digestgen, json; print(json.dumps(digestgen.__file__))"]
    shown = subprocess.run(where, env=environment, cwd=site, capture_output=True, check=True).stdout
    assert Path(json.loads(shown)).is_relative_to(unpacked)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "digestgen", "build"],
        env=environment,
        cwd=site,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "First" in (site / "public" / "2024" / "05" / "first" / "index.html").read_text()
    # the style sheets are ready in both: what is installed makes the same bytes as what is checked out
    result = build(Request(site, datetime(2024, 6, 1, tzinfo=UTC), tmp_path / "here"))
    assert result.ok
    here, there = (files_below(folder) for folder in (tmp_path / "here", site / "public"))
    assert here == there


def test_every_style_sheet_of_ours_is_minified_as_it_is_now() -> None:
    made = dev.ready_styles()
    assert made
    there = {path for path in dev.style_sheets() if path.name.endswith(".min.css")}
    assert there == made.keys(), "run `python3 dev.py css`"
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of date: run `python3 dev.py css`"
