"""Read every file of a folder of real projects, and compare each with what another reader makes of it.

    python benchmarks/corpus.py FOLDER

pip's own parser speaks for requirements files, a plain walk over tomllib's, PyYAML's, configparser's or json's values
for the rest: what stands in the file as a requirement has to be what pincheck says stands there, file by file. Ends
with 1 where a file makes pincheck stumble, a line of one is not accounted for, or a file is read differently.
"""

import configparser
import json
import os
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import tomli
import yaml
from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pincheck import manifests
from pincheck.commands import _gather
from pincheck.config import Config
from pincheck.manifests import Reading
from pincheck.model import Declaration, Problem, Project, Source
from pincheck.world import files

Said = Counter[tuple[str, ...]]
NO_VERSION = {"project", "python"}


@dataclass
class Tally:
    """What came of the files of one kind."""

    files: int = 0
    declarations: int = 0
    locked: int = 0
    problems: int = 0
    left_alone: int = 0
    compared: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def main() -> int:
    default = Path(os.environ.get("PINCHECK_DATA", "../shared/data")) / "corpus"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    if not folder.is_dir():
        print(f"corpus: SKIPPED, no real projects at {folder}: name a folder, or set PINCHECK_DATA")
        return 0
    os.chdir(folder)  # pip takes paths from the working directory, and must find none of its own there.
    tallies: dict[str, Tally] = {}
    others = 0
    for path in sorted(path for path in Path().rglob("*") if path.is_file()):
        name = kind(path)
        if not name:
            others += 1
            continue
        tally = tallies.setdefault(name, Tally())
        tally.files += 1
        try:
            compare(path, name, tally)
        except Exception:  # noqa: BLE001 - a traceback is what is being looked for
            tally.wrong.append(f"{path}: {traceback.format_exc()}")
    return report(tallies, others)


def kind(path: Path) -> str:
    """Return what a file is counted as, `""` for one that no format claims."""
    claimed = manifests.formats_of(PurePosixPath(path.as_posix()))
    if not claimed or any(found.mark and found.mark.encode() not in path.read_bytes() for found in claimed[:1]):
        return ""
    return path.name if path.name in {"pyproject.toml", "Pipfile"} or path.name.endswith(".lock") else claimed[0].name


def compare(path: Path, name: str, tally: Tally) -> None:
    source = files.read(path)
    if isinstance(source, Problem):
        tally.problems += 1
        tally.compared += 1
        if readable(path, name):
            tally.wrong.append(f"{path}: only pincheck cannot read it: {source.reason}")
        return
    began = time.process_time()
    reading = manifests.read(source, environ={}) or Reading()
    tally.seconds += time.process_time() - began
    tally.declarations += len(reading.declarations)
    tally.locked += len(reading.locked)
    tally.problems += len(reading.problems)
    tally.left_alone += len(reading.left_alone)
    tally.wrong += [f"{path}:{line}: not accounted for" for line in unexplained(source, reading, name)]
    tally.wrong += [f"{path}: {found}" for found in misplaced(reading)]
    expected = said_by_another(path, source, name)
    if expected is None:
        return
    tally.compared += 1
    ours = said_by_pincheck(path, reading, name)
    if isinstance(expected, str) or isinstance(ours, str):
        if isinstance(expected, str) != isinstance(ours, str):
            tally.wrong.append(f"{path}: only one side refuses it: {expected if isinstance(expected, str) else ours}")
        return
    for item in (ours - expected) + (expected - ours):
        side = "only pincheck" if item in ours - expected else "only the other reader"
        tally.wrong.append(f"{path}: {side} sees {item}")


def readable(path: Path, name: str) -> bool:
    """Say whether another reader makes something of a file that pincheck cannot open as text."""
    try:
        return not isinstance(from_pip(path), str) if name == "requirements" else bool(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False


def unexplained(source: Source, reading: Reading, name: str) -> Iterator[int]:
    """Yield the lines of a requirements file that nothing was made of, comments, options and blank ones aside."""
    if name != "requirements":
        return  # In a structured file the walk over its values says whether something was missed.
    spans = [found.span for found in reading.declarations] + [problem.span for problem in reading.problems]
    spans += [include.span for include in reading.includes] + [alone.span for alone in reading.left_alone]
    spans += [oddity.span for oddity in reading.oddities]
    covered = {
        line
        for span in spans
        for line in range(source.position(span.start)[0], source.position(max(span.end - 1, 0))[0] + 1)
    }
    continued = False
    for number, text in enumerate(source.text.removeprefix("\ufeff").splitlines(), 1):
        words = text.strip()
        part, continued = continued, words.endswith("\\")
        if words and not words.startswith(("#", "-")) and not part and number not in covered:
            yield number


def misplaced(reading: Reading) -> Iterator[str]:
    """Yield the declarations whose name does not stand where they say, or whose version stands outside of them."""
    for found in reading.declarations:
        written = canonicalize_name(found.source.at(found.span).strip("\"'").strip())
        inside = found.span.start <= found.specifier_span.start <= found.specifier_span.end <= found.span.end
        if not inside or (not found.fixed and found.name not in written and found.dialect != "poetry"):
            yield f"{found.name} is said to stand at `{found.source.at(found.span)}`"


def said_by_pincheck(path: Path, reading: Reading, name: str) -> Said | str:
    if name == "requirements":
        project = _gather.project([path], {}, Config())
        reasons = [problem.reason for problem in project.problems]
        return reasons[0] if reasons else of_project(project)
    if name.endswith(".lock"):
        return Counter((lock.name, str(lock.version)) for lock in reading.locked)
    if any(problem.reason.startswith("not TOML") for problem in reading.problems):
        return reading.problems[0].reason
    found: Said = Counter((d.name, words(d), *rest(d)) for d in reading.declarations)
    found.update(("", problem.source.at(problem.span)) for problem in reading.problems)
    return found


def words(found: Declaration) -> str:
    """Return what a declaration asks for, in the words of its file without blanks; a direct reference is its URL."""
    return "".join(found.written.split()) if not found.url else ""


def rest(found: Declaration) -> tuple[str, str]:
    """Return extras, and the marker of what is one PEP 508 string; a table's own words for it are judged in the tests."""
    marker = str(Marker(found.marker)) if found.marker and found.dialect == "pep440" else ""
    return ",".join(sorted(found.extras)), marker


def of_project(project: Project) -> Said:
    """Return what pip would be told: name, extras, specifier and marker, each line once."""
    files = {"pyproject.toml", "setup.cfg", "setup.py"}
    ours = (d for d in project.declarations if d.source.path.name not in files and d.source.path not in project.context)
    return Counter(
        dict.fromkeys(
            (
                (d.name, ",".join(sorted(d.extras)), str(d.specifier), str(Marker(d.marker)) if d.marker else "")
                for d in ours
            ),
            1,
        )
    )


def said_by_another(path: Path, source: Source, name: str) -> Said | str | None:
    match name:
        case "requirements":
            return from_pip(path)
        case "Pipfile.lock":
            return Counter(pipfile_lock(json.loads(source.text)))
        case _ if name.endswith((".lock", ".toml")) or name == "Pipfile":
            try:
                values = tomli.loads(source.text)
            except (ValueError, RecursionError) as error:
                return str(error)
            if name.endswith(".lock"):
                return Counter(toml_lock(values))
            return Counter(pipfile(values) if name == "Pipfile" else pyproject(values))
        case "setup-cfg":
            return Counter(setup_cfg(source.text))
        case "conda":
            return Counter(conda(yaml.safe_load(source.text)))
        case _:
            return None


def from_pip(path: Path) -> Said | str | None:
    from pip._internal.exceptions import InstallationError  # noqa: PLC0415 - 200 ms
    from pip._internal.network.session import PipSession  # noqa: PLC0415
    from pip._internal.req.constructors import install_req_from_parsed_requirement  # noqa: PLC0415
    from pip._internal.req.req_file import parse_requirements  # noqa: PLC0415

    found: Said = Counter()
    try:
        with PipSession() as session:
            for line in parse_requirements(str(path), session=session):
                try:
                    read = install_req_from_parsed_requirement(line)
                except InstallationError:
                    if line.is_editable or line.requirement.startswith("."):
                        continue  # There is no project at that path, which only pip looks at.
                    raise
                if read.req is not None:
                    extras, marker = ",".join(sorted(read.extras)), str(read.markers) if read.markers else ""
                    found[canonicalize_name(read.req.name), extras, str(read.req.specifier), marker] = 1
    except Exception as error:  # noqa: BLE001 - whatever pip raises is its verdict
        return str(error) or type(error).__name__
    return found


def toml_lock(values: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for package in [*values.get("package", []), *values.get("packages", [])]:
        own = {"virtual", "editable", "directory"} & package.get("source", {}).keys()  # A folder is no release.
        if "version" in package and not own:
            yield canonicalize_name(package["name"]), str(package["version"])


def pipfile_lock(values: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for section, entries in values.items():
        for name, entry in entries.items() if section != "_meta" else ():
            if "version" in entry:
                yield canonicalize_name(name), entry["version"].removeprefix("==")


def pipfile(values: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for table, entries in values.items():
        if table not in {"source", "requires", "scripts", "pipenv"}:
            yield from entries_of(entries)


def pyproject(values: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield every requirement of every table that a tool of the field reads, by a walk of its own."""
    project, tool = values.get("project", {}), values.get("tool", {})
    yield from strings(project.get("dependencies", []))
    for listed in project.get("optional-dependencies", {}).values():
        yield from strings(listed)
    for listed in values.get("dependency-groups", {}).values():
        yield from strings(listed)
    uv, pdm, poetry = tool.get("uv", {}), tool.get("pdm", {}), tool.get("poetry", {})
    for key in ("dev-dependencies", "constraint-dependencies", "override-dependencies"):
        yield from strings(uv.get(key, []))
    for listed in pdm.get("dev-dependencies", {}).values():
        yield from strings(listed)
    yield from entries_of(pdm.get("resolution", {}).get("overrides", {}))
    groups = [poetry.get("dependencies", {}), poetry.get("dev-dependencies", {})]
    groups += [group.get("dependencies", {}) for group in poetry.get("group", {}).values()]
    for entries in groups:
        yield from entries_of({name: rule for name, rule in entries.items() if name != "python"})
    for environment in tool.get("hatch", {}).get("envs", {}).values():
        for key in ("dependencies", "extra-dependencies"):
            yield from strings(environment.get(key, []))


def strings(listed: Iterable[Any]) -> Iterator[tuple[str, ...]]:
    for text in listed:
        if isinstance(text, str):
            try:
                requirement = Requirement(text)
            except InvalidRequirement:
                yield "", text
                continue
            name = canonicalize_name(requirement.name)
            tail = text.strip()[len(requirement.name) :].partition(";")[0]
            tail = tail.partition("]")[2] if requirement.extras else tail
            written = "" if requirement.url else "".join(tail.strip(" ()").split())
            yield name, written, ",".join(sorted(requirement.extras)), str(requirement.marker or "")


def entries_of(entries: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the entries of a table whose keys are names; one with a list of rules is several."""
    for name, value in entries.items():
        for rule in value if isinstance(value, list) else [value]:
            text = rule.get("version", "") if isinstance(rule, Mapping) else rule
            extras = rule.get("extras", []) if isinstance(rule, Mapping) else []
            yield canonicalize_name(name), "".join(text.split()), ",".join(sorted(extras)), ""


def setup_cfg(text: str) -> Iterator[tuple[str, ...]]:
    parser = configparser.RawConfigParser(delimiters=("=",), strict=False)
    parser.read_string(text)
    listed = [
        parser.get("options", key, fallback="") for key in ("install_requires", "tests_require", "setup_requires")
    ]
    listed += [
        value
        for _, value in (parser.items("options.extras_require") if parser.has_section("options.extras_require") else [])
    ]
    for value in listed:
        if not value.strip().startswith("file:"):
            yield from strings(
                line.strip() for line in value.splitlines() if line.strip() and not line.strip().startswith("#")
            )


def conda(values: Any) -> Iterator[tuple[str, ...]]:
    for item in values.get("dependencies", []) if isinstance(values, Mapping) else []:
        if isinstance(item, Mapping):
            yield from strings(text for text in item.get("pip", []) if not text.startswith("-"))
        else:
            spec = re.match(r"(?:[^:\s]+::)?([\w.-]+)\s*(.*)", item)
            assert spec is not None
            rule = re.sub(r"^(=[^=<>!~,|]+)=[^=].*$", r"\1", "".join(spec[2].split()))  # A build behind the version.
            yield canonicalize_name(spec[1]), rule, "", ""


def report(tallies: Mapping[str, Tally], others: int) -> int:
    print(
        f"{'format':16}{'files':>6}{'declared':>10}{'locked':>8}{'problems':>10}{'left':>6}{'compared':>10}{'CPU s':>8}"
    )
    for name, tally in sorted(tallies.items(), key=lambda item: -item[1].files):
        print(
            f"{name:16}{tally.files:6}{tally.declarations:10}{tally.locked:8}{tally.problems:10}"
            f"{tally.left_alone:6}{tally.compared:10}{tally.seconds:8.2f}"
        )
    wrong = [line for tally in tallies.values() for line in tally.wrong]
    print(f"{others} files are in no format that declares requirements")
    print(
        "\n".join(["", *wrong])
        if wrong
        else "every file is read as the other reader reads it, every line accounted for"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
