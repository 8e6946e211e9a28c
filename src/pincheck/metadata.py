"""Core metadata of one published file, read as values (core metadata specification, PEP 566, PEP 643, PEP 753)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.metadata import RawMetadata, parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pincheck.upgrades import Metadata

MOST_REQUIREMENTS = 10_000
_SHOWN = 200


def parse(text: str, source: str) -> Metadata:
    """Read the text of a METADATA or PKG-INFO file; ValueError where it has no name or no version.

    One part that cannot be read is kept as a problem and does not lose the others.
    """
    raw, unparsed = _fields(text)
    try:
        name = canonicalize_name(raw.get("name", "").strip(), validate=True)
    except InvalidName:
        raise ValueError("it has no name that a package can have") from None
    version = _version(raw.get("version", "").strip())
    problems: list[str] = []
    written = raw.get("requires_dist", [])
    if len(written) > MOST_REQUIREMENTS:
        problems.append(f"of {len(written)} requirements only the first {MOST_REQUIREMENTS} are read")
    return Metadata(
        name=name,
        version=version,
        requires_python=_python(raw.get("requires_python", "").strip(), unparsed, problems),
        requires=tuple(_requirements(written[:MOST_REQUIREMENTS], problems)),
        urls=tuple(_urls(raw, unparsed)),
        description=_description(raw.get("description"), unparsed),
        description_type=raw.get("description_content_type", ""),
        source=source,
        problems=tuple(problems),
    )


def why_unsettled(text: str) -> str:
    """Return why a source distribution's PKG-INFO does not settle what its wheels will require, `""` where it does.

    Before metadata 2.2 nothing in it is binding; from then on what is not listed as dynamic is (PEP 643).
    """
    raw, _ = _fields(text)
    written = raw.get("metadata_version", "1.0").strip()
    try:
        binding = Version(written) >= Version("2.2")
    except (InvalidVersion, ValueError):
        binding = False
    if not binding:
        return f"its metadata is of version {_short(written)}, in which nothing is binding"
    dynamic = {field.strip().lower() for field in raw.get("dynamic", [])}
    named = [field for field in ("Requires-Dist", "Requires-Python") if field.lower() in dynamic]
    return f"its metadata leaves {' and '.join(named)} to the build" if named else ""


def _fields(text: str) -> tuple[RawMetadata, dict[str, list[str]]]:
    try:
        return parse_email(text)
    except (ValueError, TypeError, IndexError, AssertionError, RecursionError) as error:
        raise ValueError(f"it cannot be read as core metadata: {type(error).__name__}") from None


def _version(written: str) -> Version:
    if not written:
        raise ValueError("it has no version")
    try:
        return Version(written)
    except (InvalidVersion, ValueError):
        raise ValueError(f"its version {_short(written)} is none") from None


def _python(written: str, unparsed: Mapping[str, Sequence[str]], problems: list[str]) -> SpecifierSet:
    """Return what it asks of Python; one that cannot be read asks for nothing, as installers have it."""
    if "requires-python" in unparsed:
        problems.append("its Requires-Python stands there more than once")
    try:
        return _usable(SpecifierSet(written))
    except (InvalidSpecifier, ValueError):
        problems.append(f"its Requires-Python cannot be read: {_short(written)}")
        return SpecifierSet()


def _requirements(written: Iterable[str], problems: list[str]) -> Iterator[Requirement]:
    for text in written:
        try:
            requirement = Requirement(text)
            _usable(requirement.specifier)
        except (InvalidRequirement, ValueError, RecursionError):
            problems.append(f"a Requires-Dist cannot be read: {_short(text)}")
        else:
            yield requirement


def _usable(asked: SpecifierSet) -> SpecifierSet:
    """Return the set; ValueError where a number in it has thousands of digits, which is refused at its first use."""
    for clause in asked:
        clause.contains("3")
    return asked


def _urls(raw: RawMetadata, unparsed: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Yield labels and addresses as written, those of the old single fields under the names of these."""
    yield from raw.get("project_urls", {}).items()
    for pair in unparsed.get("project-url", ()):  # A label that stands there twice makes all of them unparsed.
        label, _, address = pair.partition(",")
        yield label.strip(), address.strip()
    old = (("Home-page", raw.get("home_page", "")), ("Download-URL", raw.get("download_url", "")))
    yield from ((label, address) for label, address in old if address and address != "UNKNOWN")


def _description(found: str | None, unparsed: Mapping[str, Sequence[str]]) -> str:
    """Return the long description: the body of the message, or the header of old; where both are there, the longer."""
    return found if found is not None else max(unparsed.get("description", ()), key=len, default="")


def _short(text: str) -> str:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f"`{shown}`"
