"""What is documented is what is there: reference pages, schemas, links and samples are held against the code.

That every code that is told is a rule, and the other way round, is held by test_rules.py.
"""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import jsonschema_rs
import pytest
import yaml

import dev
from digestgen import cli, reference
from digestgen.build import Request, build
from digestgen.diagnostics import shown
from digestgen.rules import RULES
from digestgen.schema import Table
from digestgen.theme import own_themes

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
MADE = dev.reference_pages()


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- the reference equals the code


@pytest.mark.parametrize("name", MADE)
def test_a_reference_page_is_what_the_code_makes(name: str) -> None:
    committed = REFERENCE / name
    assert committed.is_file(), "run `python3 dev.py docs`"
    assert committed.read_text() == MADE[name], f"docs/reference/{name} is out of date: run `python3 dev.py docs`"


def test_no_schema_is_left_from_an_earlier_version() -> None:
    assert {f"schemas/{path.name}" for path in (REFERENCE / "schemas").iterdir()} <= set(MADE)


def test_every_table_of_keys_stands_in_the_reference() -> None:
    tables = {
        id(value): (name, value)
        for module in ("config", "frontmatter", "registry", "theme")
        for name, value in vars(importlib.import_module(f"digestgen.{module}")).items()
        if isinstance(value, Table)
    }
    pages = "\n".join(text for name, text in MADE.items() if name.endswith(".md"))
    missing = [
        f"{name}: {key.name}"
        for name, table in tables.values()
        for key in table.keys
        if f"| `{key.name}` | {key.about.replace('|', chr(92) + '|')} |" not in pages
    ]
    assert len(tables) > 10
    assert missing == []


def test_every_key_that_may_be_left_out_says_what_holds_then() -> None:
    empty = [line for text in MADE.values() for line in text.splitlines() if re.fullmatch(r"\| `.*\| *\| *\|", line)]
    assert empty == []


def command_of(name: str) -> click.Command:
    command = cli.cli.get_command(click.Context(cli.cli), name)
    assert command is not None
    return command


def test_what_help_says_of_a_command_is_how_its_own_help_begins() -> None:
    for name, about in cli.COMMANDS.items():
        said = re.split(r"[.,:]", str(command_of(name).help))[0]
        assert about.startswith(said.split("\n")[0]), name


def test_every_command_and_option_stands_in_the_reference() -> None:
    page = MADE["command-line.md"]
    commands = {name: command_of(name) for name in cli.COMMANDS}
    for name, command in commands.items():
        assert f"## digestgen {name}\n" in page
        assert str(command.help).splitlines()[0] in page
    for command in (cli.cli, *commands.values()):
        for parameter in command.params:
            assert all(f"{word}" in page for word in parameter.opts if word.startswith("-")), parameter.name


def test_every_rule_is_documented_with_its_severity() -> None:
    page = MADE["rules.md"]
    assert [code for code, rule in RULES.items() if f"| `{code}` | " not in page or not rule.meaning] == []


# --- the schemas


def of_yaml(text: str) -> Any:
    """Read YAML as editors do: a date is text (YAML 1.2)."""
    return yaml.load(text, Loader=_Loader)


class _Loader(yaml.SafeLoader):
    pass


_LETTERS = {letter: [(tag, regexp) for tag, regexp in found if not tag.endswith(":timestamp")]
            for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()}  # fmt: skip
_Loader.yaml_implicit_resolvers = _LETTERS


def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads((REFERENCE / "schemas" / f"{name}.json").read_text()))


@pytest.mark.parametrize("name", reference.SCHEMAS)
def test_the_command_schema_prints_what_is_committed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.cli.main(["schema", name], standalone_mode=False)
    assert capsys.readouterr().out == (REFERENCE / "schemas" / f"{name}.json").read_text()


def test_the_command_schema_knows_every_schema() -> None:
    (argument,) = command_of("schema").params
    assert tuple(vars(argument.type)["choices"]) == reference.SCHEMAS


@pytest.mark.parametrize("name", reference.SCHEMAS)
def test_a_schema_is_valid(name: str) -> None:
    jsonschema_rs.meta.validate(json.loads(MADE[f"schemas/{name}.json"]))


def front_matters() -> Iterator[tuple[str, Any]]:
    for path in sorted((ROOT / "content").rglob("*.md")):
        if "editions" not in path.parts:
            yield named(path), of_yaml(path.read_text().split("---\n")[1])


def test_schemas_accept_the_settings_of_this_repository() -> None:
    files = [ROOT / f"{name}.yaml" for name in ("site", "sources", "people", "tags")]
    files += own_themes().glob("*/theme.yaml")
    faults = [
        f"{named(path)}: {error.message}"
        for path in files
        if path.is_file()
        for error in validator(path.stem).iter_errors(of_yaml(path.read_text()))
    ]
    assert faults == []


def test_edition_schema_accepts_every_edition_of_this_repository() -> None:
    edition, found = validator("edition"), sorted((ROOT / "content/editions").glob("*.md"))
    assert found
    fronts = {path.name: of_yaml(path.read_text().split("---\n")[1]) for path in found}
    assert [f"{name}: {error.message}" for name, front in fronts.items() for error in edition.iter_errors(front)] == []


def test_article_schema_accepts_every_front_matter_of_this_repository() -> None:
    article = validator("article")
    assert [f"{path}: {error.message}" for path, front in front_matters() for error in article.iter_errors(front)] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("site", "title: A\ntagllne: B"),
        ("site", "tagline: B"),
        ("site", "title: A\nlanguages: [{lang: de, titel: B}]"),
        ("site", "title: A\nrules: {brokn-link: warning}"),
        ("site", "title: A\npermalink: /{year}/"),
        ("article", "title: A\nsumary: B"),
        ("article", "title: A\nsources: [{nam: B}]"),
        ("article", "title: A\ndate: tomorrow"),
        ("sources", "nasa: {nmae: NASA}"),
        ("people", "me: {url: https://example.org/}"),
        ("tags", "- {name: x}"),
        ("theme", "name: x\noptions: {a: {type: color, default: x}}"),
    ],
)
def test_a_schema_rejects_a_typo(name: str, text: str) -> None:
    assert not validator(name).is_valid(of_yaml(text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("site", "title: A\nlanguages: [de, {lang: fr, title: B}]\nrules: {broken-link: warning}"),
        ("site", "title: A\nlanguages: {de: {title: B}}\nextra: {free: [1, {a: b}]}"),
        ("article", "title: A\ndate: 2024-05-03 14:00 +02:00\ntags: a, b\nimage: a.svg\nauthors: B"),
        ("article", "title: A\nsources: [nasa, https://example.org/, {name: B, published: 2024-05-03}]"),
        ("sources", "nasa: {name: NASA, country: US}"),
        ("tags", "- names: {en: a, de: b}"),
    ],
)
def test_a_schema_accepts_what_digestgen_reads(name: str, text: str) -> None:
    assert [error.message for error in validator(name).iter_errors(of_yaml(text))] == []


# --- links


_FENCE = re.compile(r"^( *)(`{3,}).*?^\1\2 *$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")


def prose(path: Path) -> str:
    """The text of a page without its samples of code."""
    return re.sub(r"`[^`\n]*`", "", _FENCE.sub("", path.read_text()))


def anchors(path: Path) -> set[str]:
    """The anchors that Markdown renderers make from headings."""
    heads = re.findall(r"^#+ +(.*?) *$", _FENCE.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(prose(page)):
        path, _, fragment = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (fragment and fragment not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_of_the_docs_stands_in_their_index() -> None:
    index = (DOCS / "README.md").read_text()
    listed = {(DOCS / link.partition("#")[0]).resolve() for link in _LINK.findall(index)}
    files = {path for path in DOCS.rglob("*") if path.suffix in {".md", ".json"}} - {DOCS / "README.md"}
    assert sorted(map(named, files - listed)) == []


def test_every_test_that_the_architecture_names_exists() -> None:
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    text = (ROOT / "ARCHITECTURE.md").read_text()
    wanted = re.findall(r"`(test_\w+)`", text)
    assert wanted
    assert [name for name in wanted if f"def {name}(" not in tests] == []


def test_the_architecture_is_short_and_shows_every_layer() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    assert len(text.splitlines()) <= 150
    shown = text.partition("## Layers")[2].partition("## Invariants")[0]
    (contract,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    names = re.findall(r"\w+", " ".join(contract["layers"]))
    assert len(names) > 20
    assert [name for name in names if not re.search(rf"\b{name}\b", shown)] == []


# --- samples


_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"`(content/[\w./-]+\.md)`")
_COMMENT = re.compile(r"(?:#|/\*|\{#) ([\w./-]+\.\w+)(?: #\}| \*/)?\n")


def samples(page: Path) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file that a page shows: named in its first line, or in the text before it."""
    text, path = page.read_text(), ""
    for block in _BLOCK.finditer(text):
        before = _NAMED.findall(text[: block.start()])
        comment = _COMMENT.match(block[2])
        path = comment[1] if comment else before[-1] if before and block[1] == "markdown" else ""
        if path:
            yield path, block[2]


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)


NOW = datetime(2026, 1, 1, tzinfo=UTC)


def told(folder: Path) -> list[str]:
    return [item.code for item in build(Request(folder, NOW)).diagnostics]


def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    steps: list[list[str]] = []
    for path, text in samples(DOCS / "tutorial" / "first-digest.md"):
        write(tmp_path, path, text)
        if path != "site.yaml" or steps:
            steps.append(told(tmp_path))
        if "what-happens-next" in text:
            mended = text.replace("First look at Bennu: water and carbon", '"First look at Bennu: water and carbon"')
            write(tmp_path, path, mended.replace("what-happens-next", "what-happens-now"))
    mistakes = [found for found in steps if found != ["no-url"]]
    assert [sorted(found) for found in mistakes] == [["broken-link", "no-url", "unquoted-colon"]]
    with (tmp_path / "site.yaml").open("a") as file:
        file.write("url: https://example.org/\nsite_id: 3f1c2b6e-8a4d-4c57-9e21-6d0b7a95c3f8\n")
    assert told(tmp_path) == []
    assert "„Kieseln“" in (tmp_path / "public/de/2023/09/asteroid-capsule/index.html").read_text()


def test_the_tutorial_shows_the_messages_that_its_mistakes_give(tmp_path: Path) -> None:
    page = DOCS / "tutorial" / "first-digest.md"
    for path, text in samples(page):
        write(tmp_path, path, text)
        if "what-happens-next" in text:
            break
    found = [shown(item) for item in build(Request(tmp_path, NOW)).diagnostics if item.severity == "error"]
    assert len(found) == 2
    assert [message for message in found if message not in page.read_text()] == []


def test_the_theme_of_the_how_to_works_as_it_is_written(tmp_path: Path) -> None:
    write(tmp_path, "content/2024-05-03-hello.md", "---\ntitle: Hello\n---\nWords.\n")
    for path, text in samples(DOCS / "how-to" / "extend-a-theme.md"):
        write(tmp_path, path, text)
    assert told(tmp_path) == ["no-url"]
    page = (tmp_path / "public/2024/05/hello/index.html").read_text()
    assert '<p class="closing">Good night.</p>' in page
    assert re.search(r'href="[./]*assets/evening\.\w+\.css"', page)


def test_the_plug_in_of_the_how_to_works_as_it_is_written(tmp_path: Path) -> None:
    write(tmp_path, "content/2024-05-03-hello.md", "---\ntitle: Hello\n---\nSome ==words==.\n")
    for path, text in samples(DOCS / "how-to" / "write-a-plug-in.md"):
        write(tmp_path, path, text)
    assert told(tmp_path) == ["no-url"]
    assert "<mark>words</mark>" in (tmp_path / "public/2024/05/hello/index.html").read_text()
    assert 'href="../2024/05/hello/"' in (tmp_path / "public/headlines/index.html").read_text()


@pytest.mark.parametrize("theme", ["broadsheet", "bulletin", "wire"])
def test_the_how_to_on_options_names_every_option_of_each_theme(theme: str) -> None:
    options = {
        key: {"default": "none"} | option
        for name in ("base", theme)
        for key, option in of_yaml((own_themes() / name / "theme.yaml").read_text())["options"].items()
    }
    _, _, page = (DOCS / "how-to" / "theme-options.md").read_text().partition(f"| option of {theme} |")
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| `([^`]+)` \|$", page.partition("\n\n")[0], re.MULTILINE))
    assert rows == {
        name: str(option["default"]).replace("True", "true").replace("False", "false")
        for name, option in options.items()
    }
