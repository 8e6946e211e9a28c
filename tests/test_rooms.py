"""The house is as ARCHITECTURE.md draws it: members stand in their tuples, only one file prints, only one writes."""

import ast
from pathlib import Path

import pytest

from pincheck import changelog, manifests, reports, verbs
from pincheck.rules import RULES
from pincheck.rules._rule import Rule
from tests.conftest import ROOT

SRC = ROOT / "src" / "pincheck"
FILES = sorted(SRC.rglob("*.py"))


def members(room: str) -> set[str]:
    return {path.stem for path in (SRC / room).glob("*.py") if not path.stem.startswith("_")}


def test_every_rule_stands_in_the_tuple() -> None:
    assert {rule.name.replace("-", "_") for rule in RULES} == members("rules")


def test_no_rule_code_is_used_twice() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))


def test_every_format_stands_in_the_tuple() -> None:
    assert {found.read.__module__.rpartition(".")[2] for found in manifests.FORMATS} == members("manifests")


def test_every_style_of_release_notes_stands_in_the_tuple() -> None:
    assert {style.name for style in changelog.STYLES} == members("changelog")


def test_every_report_stands_in_the_tuple() -> None:
    assert set(reports.FORMATS) == members("reports")


def test_every_verb_stands_in_the_table() -> None:
    assert set(verbs.VERBS) == members("commands")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_a_manual_with_a_bad_and_a_good_example(rule: Rule) -> None:
    assert "\nBad:\n\n    " in rule.manual
    assert "\nGood:\n\n    " in rule.manual


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_only_the_command_line_prints(file: Path) -> None:
    allowed = {"cli.py", "verbs.py", "probe.py"}
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    printing = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "print"]
    assert not printing or file.name in allowed


# What writes, and why it may: the one writer of users' files, the store of answers, the log of a crash, the scratch
# copy and what goes into it.
WRITERS = {
    "world/files.py",
    "world/cache.py",
    "world/crash.py",
    "world/scratch.py",
    "gates/tests.py",
    "gates/resolution.py",  # into a scratch folder
    "gates/probe.py",
}
WRITING = {
    "write_text",
    "write_bytes",
    "unlink",
    "rename",
    "replace",
    "rmtree",
    "copytree",
    "copyfile",
    "copy2",
    "mkdir",
}


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_only_the_writers_write(file: Path) -> None:
    attributes = {node.attr for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Attribute)}
    writes = attributes & (WRITING - {"replace"})
    assert not writes or file.relative_to(SRC).as_posix() in WRITERS, writes


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_no_file_is_longer_than_a_room_should_be(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 420


def test_the_project_speaks_of_itself_alone() -> None:
    registries = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org"]
    for file in [*FILES, *ROOT.glob("*.md"), *ROOT.glob("tests/*.py"), ROOT / "noxfile.py"]:
        text = file.read_text()
        assert not [name for name in registries if name in text], file
