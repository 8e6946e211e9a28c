"""Whether a candidate can be installed beside what the project declares: asked of the resolver, before any test runs.

A requirement of a requirement may shut a candidate out, which no look at one release's metadata shows. uv answers that
in about a second; the tests take longer. It is asked about both sides: where the current pin has no solution either,
its answer says nothing of the candidate.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name

from pincheck import companions, manifests
from pincheck.gates import tests
from pincheck.gates._declared import as_pep508
from pincheck.gates.tests import Side, Trial
from pincheck.model import Declaration, Project, Source
from pincheck.upgrades import Run
from pincheck.world import interpreters, process, scratch

_TIME_LIMIT = 120.0
_MOST_ENVIRONMENTS = 6
_NO_SOLUTION = re.compile(r"No solution found when resolving[^\n]*\n(?:[^\n\w]*cause:)?(?P<words>.*)", re.DOTALL)
# What uv says where versions are not all that stands in the way: the tests may know another Python, another index, an
# option. Their own resolver has the last word there.
_NOT_OF_VERSIONS = re.compile(
    r"\bpre-?releases?\b|not found in|Python\s*[<>=!~]|Python version|\bPython \(?\d|wheels?\b|\btags?\b|\bplatforms?\b|\bnetwork\b"
    r"|\boffline\b|\bmetadata\b|\bbuild\b|URL dependenc|conflicting URLs|yanked",
    re.IGNORECASE,
)
# How a session or a file of requirements says that it resolves otherwise than what is declared does, or elsewhere.
_OTHERWISE = re.compile(
    r"--(?:no-deps|overrides?|prerelease|pre|(?:default-|extra-)?index(?:-url)?|find-links|no-index|excludes?)(?![\w-])"
    r"|^\s*-[if]\s|[\"'](?:-i|-f)[\"']|\b(?:UV|PIP)_(?:OVERRIDE|NO_DEPS|PRE|PRERELEASE|(?:EXTRA_)?INDEX\w*|FIND_LINKS)\b",
    re.MULTILINE,
)
_CHANGING = ("UV_NO_DEPS", "PIP_NO_DEPS", "UV_PRERELEASE", "PIP_PRE")


def refused(trial: Trial, project: Project, baseline: Side, candidate: Side) -> str:
    """Return the resolver's words where it finds no solution for the candidate alone, `""` everywhere else.

    Each environment that the project declares the package for is asked about by itself. Where the project installs
    otherwise than an installer would by itself, nobody is asked: the tests will tell.
    """
    if any(_installs_otherwise(source) for source in project.sources):
        return ""
    elsewhere = {name for source in project.sources for name in _elsewhere(source)} | trial.indexes.only.keys()
    if any(name in _CHANGING for name in {**trial.environ, **trial.settings.env}):
        return ""
    deadline = time.monotonic() + _TIME_LIMIT
    found = companions.environments(project, trial.package)
    asked = [[d for d in each if d.name == trial.package or d.name not in elsewhere] for each in found]
    wanted = [each for each in asked if any(d.name != trial.package for d in each)]
    for declared in wanted[:_MOST_ENVIRONMENTS]:
        words = _words(_asked(trial, candidate, declared, deadline))
        if words and not _NOT_OF_VERSIONS.search(words) and not _asked(trial, baseline, declared, deadline).code:
            return words
    return ""


def _installs_otherwise(source: Source) -> bool:
    """Say whether a file has options that change what an installer chooses, or names indexes that only its tool knows."""
    name = source.path.name
    if name == "noxfile.py" or source.path.suffix in {".txt", ".in"}:
        return _OTHERWISE.search(source.text) is not None
    if name == "Pipfile":
        return source.text.count("[[source]]") > 1
    return name == "pyproject.toml" and re.search(r"\[\[tool\.(?:poetry|pdm)\.source\]\]", source.text) is not None


def _elsewhere(source: Source) -> Iterator[NormalizedName]:
    """Yield the packages that come from no index: the project itself, and what `[tool.uv.sources]` takes elsewhere.

    A stranger may have put something under these names on an index, which must not be asked for: what has no wheel is
    built to be looked at.
    """
    if source.path.name == "setup.cfg":
        names = re.findall(r"^name\s*=\s*([\w.-]+)\s*$", source.text, re.MULTILINE)
    elif source.path.name == "pyproject.toml":
        try:
            table = manifests.toml_values(source.text)
        except (ValueError, RecursionError):
            return
        tool = _below(table, "tool")
        names = [_below(table, "project").get("name"), _below(tool, "poetry").get("name")]
        names += _below(_below(tool, "uv"), "sources")
    else:
        return
    yield from (canonicalize_name(name) for name in names if isinstance(name, str))


def _below(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = table.get(key)
    return found if isinstance(found, Mapping) else {}


def _asked(trial: Trial, side: Side, declared: Sequence[Declaration], deadline: float) -> Run:
    """Let uv resolve what the project declares, with the package held to a side's constraint."""
    with scratch.folder() as folder:
        wanted = folder / "declared.in"
        lines = [as_pep508(one) for one in declared if one.name != trial.package]
        extras = sorted({extra for one in declared if one.name == trial.package for extra in one.extras})
        own = f"{trial.package}[{','.join(extras)}]" if extras else trial.package
        wanted.write_text("".join(f"{line}\n" for line in dict.fromkeys([own, *lines])), encoding="utf-8")
        argv = [interpreters.uv(), "pip", "compile", str(wanted), "--python", str(trial.interpreter.path)]
        # The project's own settings may name a file to write, other Pythons and other platforms.
        argv += ["--python-version", str(trial.interpreter.version), "--no-universal", "--quiet", "--no-header"]
        argv += ["--no-annotate", "--output-file", str(folder / "resolved.txt")]
        limit = max(1.0, deadline - time.monotonic())
        # From the project's folder, where uv finds what the project says to it: indexes, overrides, constraints.
        return process.run(argv, cwd=trial.project, env=tests.environment(trial, side, folder), limit=limit)


def _words(run: Run) -> str:
    """Return what the resolver says against a set of requirements, on one line; `""` where it is not that."""
    found = _NO_SOLUTION.search(run.output) if run.code else None
    return " ".join(re.sub(r"[├─▶╰×│]", " ", found["words"]).split()) if found else ""
