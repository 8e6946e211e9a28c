"""conda's `environment.yml`: the list `dependencies`, and in it the list `pip`, which is a requirements file.

Source: conda documentation, "Managing environments", "Creating an environment file manually".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pincheck import pins
from pincheck.manifests import requirements_txt
from pincheck.manifests._matchspec import COMPUTED, requirement
from pincheck.manifests._pep508 import Place
from pincheck.manifests._reading import Format, Item, Reading
from pincheck.manifests._text import Stretch, ignores
from pincheck.model import Declaration, LeftAlone, Origin, Problem, Source, Span

if TYPE_CHECKING:
    import yaml

_STEM = r"env(?:[-_.].*)?|environment.*|conda.*|.*[-_.]env|.*[-_.]environment"
_FOLDERS = frozenset({"environments", "envs", "conda", "conda-envs", "conda_envs"})
# Helm charts and settings have such names too: only a file with this line is read at all.
_MARKED = r"""^\ufeff?(?:['"]?dependencies['"]?[ \t]*:|\{)"""
_STATEMENT = r"\{[%#][^{}\r\n]*[%#]\}"
_STRING = "tag:yaml.org,2002:str"
_MAP = "tag:yaml.org,2002:map"


def claims(path: PurePosixPath) -> bool:
    """Say whether a file has a name that conda's users give to an environment."""
    stem, _, suffix = path.name.lower().rpartition(".")
    named = re.fullmatch(_STEM, stem) is not None or path.parent.name.lower() in _FOLDERS
    return suffix in {"yml", "yaml"} and named


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:
    """Read an environment; a file without a list `dependencies` is none, and nothing is said of it."""
    if re.search(_MARKED, source.text, re.MULTILINE) is None:
        return Reading()
    root = _composed(source)
    if isinstance(root, Problem):
        return Reading(problems=(root,))
    entries = _entries(root, "dependencies")
    wrong = _no_list(source, root) if entries is None else None
    if wrong:
        return Reading(problems=(wrong,))
    if entries is None or (entries and all(_is_foreign(entry) for entry in entries)):
        return Reading()
    origin: Origin = "constraint" if constraint else "declared"
    found = list(_items(source, entries, origin, environ))
    if _is_exported(root, found):
        found = [item._replace(origin="compiled") if isinstance(item, Declaration) else item for item in found]
    return Reading.of(found, ignores(source))


def _composed(source: Source) -> "yaml.Node | Problem | None":
    """Return the tree of a YAML text, whose marks count characters; a Problem says why there is none.

    Of a template (Jinja's, which conda-devenv fills in) what stands around its statements is read.
    """
    found = _parsed(source, source.text)
    if isinstance(found, Problem) and re.search(_STATEMENT, source.text):
        return _parsed(source, re.sub(_STATEMENT, _blanked, source.text))
    return found


def _parsed(source: Source, text: str) -> "yaml.Node | Problem | None":
    import yaml  # noqa: PLC0415 - only an environment needs it

    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.index if error.problem_mark else 0
        said = error.problem or error.context or ""
        return Problem(source, Span(at, at), f"not YAML: {f'{error.context}, {said}' if said[:4] == 'but ' else said}")
    except yaml.YAMLError as error:
        at = getattr(error, "position", 0)
        return Problem(source, Span(at, at), "not YAML: it has a character that YAML does not allow")
    except RecursionError:
        return Problem(source, Span(0, 0), "not YAML that can be read: it is nested too deeply")


def _blanked(statement: re.Match[str]) -> str:
    return " " * len(statement[0])


def _entries(root: "yaml.Node | None", key: str) -> "Sequence[yaml.Node] | None":
    """Return the list that stands under a key of the top level, None where there is none."""
    for name, value in root.value if root is not None and root.tag == _MAP else []:
        if name.value == key and isinstance(value.value, list) and value.tag != _MAP:
            return list(value.value)
    return None


def _no_list(source: Source, root: "yaml.Node | None") -> Problem | None:
    """Return that what an environment requires is no list; a file is one for sure where it has `channels`."""
    pairs = root.value if root is not None and root.tag == _MAP else []
    keys = {name.value: value for name, value in pairs if isinstance(name.value, str)}
    found = keys.get("dependencies")
    if found is None or not found.value or "channels" not in keys:
        return None
    return Problem(source, _span(found), "`dependencies` must be a list of packages")


def _is_foreign(entry: "yaml.Node") -> bool:
    """Say whether an entry is one of another tool's file: a chart's dependency, a role's."""
    return entry.tag == _MAP and all(name.value != "pip" for name, _ in entry.value)


def _items(
    source: Source, entries: "Sequence[yaml.Node]", origin: Origin, environ: Mapping[str, str]
) -> Iterator[Item]:
    seen: set[int] = set()
    for entry in entries:
        if id(entry) in seen:
            continue  # An alias is the same node again.
        seen.add(id(entry))
        if entry.tag == _STRING:
            yield from requirement(_stretch(source, entry), Place(source, "", origin))
        elif entry.tag == _MAP:
            for name, value in entry.value:
                yield from _installer(source, name, value, Place(source, "pip", origin), environ)
        else:
            yield Problem(source, _span(entry), "not a conda package: an entry must be text, or `pip:` with a list")


def _installer(
    source: Source, name: "yaml.Node", value: "yaml.Node", place: Place, environ: Mapping[str, str]
) -> Iterator[Item]:
    """Read the list of an installer; conda knows only pip's."""
    shown = source.at(_span(name))
    if name.value != "pip" and isinstance(value.value, str):
        reason = f"not a conda package: `{shown}` and its version must be one text, as `{shown}=1.2`"
        yield Problem(source, Span(name.start_mark.index, value.end_mark.index), reason)
    elif name.value != "pip":
        yield LeftAlone(source, _span(name), shown, "of the installers in an environment only `pip` is read")
    elif not isinstance(value.value, list) or value.tag == _MAP:
        if value.value:
            yield Problem(source, _span(value), "`pip` must be a list of requirements")
    else:
        for line in dict.fromkeys(value.value):
            if line.tag == _STRING:
                yield from _line(_stretch(source, line), place, environ)
            else:
                yield Problem(source, _span(line), "`pip` must hold text only")


def _line(stretch: Stretch, place: Place, environ: Mapping[str, str]) -> Iterator[Item]:
    """Read a line of pip's list; nothing of it can be edited where YAML's escapes or folds stand in it."""
    plain = stretch.stands_in(place.source)
    for item in requirements_txt.line_of(stretch, place, environ):
        computed = isinstance(item, Declaration) and not item.fixed and not plain
        yield item._replace(fixed=COMPUTED) if computed and isinstance(item, Declaration) else item


def _span(node: "yaml.Node") -> Span:
    return Span(node.start_mark.index, node.end_mark.index)


def _stretch(source: Source, node: "yaml.Node") -> Stretch:
    """Return a scalar's text with its place; where it is folded or has escapes, the place is only approximate."""
    span, value = _span(node), str(node.value)
    written = source.at(span)
    start = written.rfind(value)  # Behind an anchor, a tag or a quote.
    if value and start >= 0 and not written[start + len(value) :].strip("'\""):
        return Stretch.plain(source, Span(span.start + start, span.start + start + len(value)))
    return Stretch(value, [span.start] * max(len(value) - 1, 0) + [max(span.end - 1, span.start), span.end])


def _is_exported(root: "yaml.Node | None", found: Sequence[Item]) -> bool:
    """Say whether a file looks like the output of `conda env export`: all of one version, FastAPI's own among it.

    It has the build of every package, or (`--no-builds`) a `prefix` at its end or at least the order of one.
    """
    own = [item for item in found if isinstance(item, Declaration) and not item.group]
    names = [item.name for item in found if isinstance(item, Declaration)]
    single = all(re.fullmatch(r"={1,2}[^=,|*<>!~]+", item.written) for item in own)
    built = all(" belongs to this version" in item.fixed for item in own)
    prefixed = any(name.value == "prefix" for name, _ in (root.value if root is not None else []))
    pinned = all(pins.is_exact(item.specifier) for item in found if isinstance(item, Declaration) and item.group)
    enough = len(requirements_txt.FASTAPI_REQUIRES.intersection(names)) > 1
    ordered = [str(item.name) for item in own]
    return bool(own) and single and pinned and enough and (built or prefixed or ordered == sorted(ordered))


FORMAT = Format("conda", claims, read, mark="dependencies")
