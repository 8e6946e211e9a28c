"""`setup.cfg`: what setuptools is told that a project requires, in `[options]` and `[options.extras_require]`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pincheck.manifests import _ini
from pincheck.manifests._ini import Option
from pincheck.manifests._pep508 import Place
from pincheck.manifests._reading import Format, Include, Item, Reading
from pincheck.manifests._setuptools import requirements, split
from pincheck.manifests._text import Stretch, ignores
from pincheck.model import LeftAlone, Problem, Source

_OPTIONS = {"install_requires": "", "setup_requires": "setup_requires", "tests_require": "tests_require"}
# configparser's own limit, its `MAX_INTERPOLATION_DEPTH`.
MAX_INTERPOLATION_DEPTH = 10
_MARKERS = ("python_version", "python_full_version", "os_name", "sys_platform", "platform_", "implementation_", "extra")
_REFERENCE = r"%\(([^()%\n]+)\)s"
_NAMED = r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\]\s*)?(?:[=<>!~;@]|$)"


def claims(path: PurePosixPath) -> bool:
    """Say whether this is a `setup.cfg`."""
    return path.name == "setup.cfg"


def read(source: Source, *, constraint: bool, environ: Mapping[str, str]) -> Reading:  # noqa: ARG001
    """Read what a project requires, and with which extra."""
    ini = _ini.load(source)
    options = {(option.section, option.name): option for option in ini.options}
    found: list[Item] = []
    for option in ini.options:
        group = _group(option)
        if group is not None:
            found += _Listed(options, option, Place(source, group, "declared")).read()
    return Reading.of([*ini.problems, *found], ignores(source, ini.comments))


def _group(option: Option) -> str | None:
    """Return the group that an option lists, None where it lists no requirements.

    setuptools folds the names of options, except those of extras.
    """
    if option.section == "options.extras_require":
        return f"[{option.name}]"
    if option.section == "options":
        return _OPTIONS.get(option.name.lower().replace("-", "_"))
    return None


class _Listed:
    """One option that lists requirements, with the others, which it may refer to as `%(name)s`.

    setuptools reads the file with `configparser.ConfigParser`, whose interpolation is on.
    """

    def __init__(self, options: Mapping[tuple[str, str], Option], option: Option, place: Place) -> None:
        self.options, self.option, self.place = options, option, place
        self.seen: set[str] = set()

    def read(self) -> Iterator[Item]:
        return self._value(self.option.value, 1)

    def _value(self, value: Stretch, depth: int) -> Iterator[Item]:
        r"""Read a value: `file:` and names, lines, or one line that is split at each `;` (setuptools' `_parse_list`)."""
        if value.text.startswith("file:"):
            yield from _files(value.cut(len("file:"), len(value.text)))
            return
        parts = list(split(value)) if "\n" in value.text else list(_cut(value, ";"))
        marker = _accidental_marker(parts) if "\n" not in value.text else None
        if marker is not None:
            reason = f"not a requirement: a one-line list is split at `;`, so `{marker.text}` is read as a package; "
            yield Problem(self.place.source, value.span, f"{reason}write the requirement on a line of its own")
            return
        plain: list[Stretch] = []
        for part in parts:
            if "%" not in part.text:
                plain.append(part)
                continue
            yield from requirements(plain, self.place)
            plain = []
            yield from self._interpolated(part.strip(), depth)
        yield from requirements(plain, self.place)

    def _interpolated(self, part: Stretch, depth: int) -> Iterator[Item]:
        """Read a line with a `%` in it: another option's value, a part of one, or `%%`."""
        source, text = self.place.source, part.text.replace("%%", "")
        whole = re.fullmatch(_REFERENCE, text)
        if whole is not None:
            yield from self._referred(part, whole[1], depth)
        elif (inside := re.search(_REFERENCE, text)) is not None:
            name = re.match(_NAMED, text)
            reason = f"computed from `{inside[0]}`, which setuptools puts in"
            yield LeftAlone(source, part.span, part.text, reason, canonicalize_name(name[1]) if name else "")
        elif "%" in text:
            reason = "`%` begins the name of another option; write `%%`"
            yield Problem(source, part.span, f"not a requirement: {reason}")
        else:
            kept = [i for match in re.finditer("%%|[^%]+", part.text) for i in _kept(match)]
            offsets = [*(part.offsets[i] for i in kept), part.offsets[len(part.text)]]
            yield from requirements([Stretch("".join(part.text[i] for i in kept), offsets)], self.place)

    def _referred(self, part: Stretch, name: str, depth: int) -> Iterator[Item]:
        """Read the option that a line stands for, unless it is one that is read where it stands."""
        found = self.options.get((self.option.section, name)) or self.options.get(("DEFAULT", name))
        if found is None:
            reason = f"there is no option `{name}` in `{self.option.section}` to put in here"
            yield Problem(self.place.source, part.span, reason)
        elif depth >= MAX_INTERPOLATION_DEPTH and "%" in found.value.text:
            reason = f"options that refer to one another more than {MAX_INTERPOLATION_DEPTH} deep are refused"
            yield Problem(self.place.source, part.span, f"not a requirement: {reason}")
        elif _group(found) is None and name not in self.seen:
            self.seen.add(name)
            yield from self._value(found.value, depth + 1)


def _kept(match: re.Match[str]) -> Iterable[int]:
    return range(match.start(), match.start() + 1 if match[0] == "%%" else match.end())


def _files(value: Stretch) -> Iterator[Include]:
    for name in _cut(value, ","):
        if name.text:
            yield Include(name.span, name.text)


def _cut(value: Stretch, separator: str) -> Iterator[Stretch]:
    start = 0
    for part in value.text.split(separator):
        yield value.cut(start, start + len(part)).strip()
        start += len(part) + 1


def _accidental_marker(parts: list[Stretch]) -> Stretch | None:
    """Return the part of a one-line list that was meant as the marker of the part before it."""
    for part in parts[1:] if len(parts) > 1 else ():
        if part.text.startswith(_MARKERS) and not _is_requirement(part.text):
            return part
    return None


def _is_requirement(text: str) -> bool:
    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return not text.startswith(_MARKERS)


FORMAT = Format("setup-cfg", claims, read)
