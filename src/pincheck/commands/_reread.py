"""An edited manifest, read again before it is written, to see that nothing else has changed."""

from collections.abc import Mapping, Sequence

from pincheck import manifests
from pincheck.model import Declaration, Edit, Source


def damage(source: Source, text: str, edits: Sequence[Edit], environ: Mapping[str, str]) -> str:
    """Return what an edit would do to a file beyond its own spans, `""` where it does nothing.

    The same requirements must come out, and the same specifiers but for the edited ones. A TOML file must mean the
    same to tomlkit, which the tools that edit such files use, as it does to tomllib (to tomli where it is TOML 1.1).
    """
    before = manifests.read(source, environ=environ, named=True)
    after = manifests.read(source._replace(text=text), environ=environ, named=True)
    if before is None or after is None:
        return "it is in no format that can be read again"
    if len(after.problems) > len(before.problems):
        return f"it could not be read any more: {after.problems[-1].reason}"
    olds, news = before.declarations, after.declarations
    if len(olds) != len(news) or any(
        _meant(o, _is_edited(o, edits)) != _meant(n, _is_edited(o, edits)) for o, n in zip(olds, news, strict=True)
    ):
        return "it would not declare the same requirements"
    return _toml_damage(text) if source.path.suffix == ".toml" or source.path.name == "Pipfile" else ""


def _is_edited(found: Declaration, edits: Sequence[Edit]) -> bool:
    span = found.specifier_span
    return any(edit.span.start <= span.start and span.end <= edit.span.end for edit in edits)


def _meant(found: Declaration, is_edited: bool) -> tuple[object, ...]:
    """Return what a declaration says, its specifier left out where it was to be edited."""
    return found.name, found.extras, found.marker, found.url, found.group, "" if is_edited else str(found.specifier)


def _toml_damage(text: str) -> str:
    import tomlkit  # noqa: PLC0415 - ten times slower than tomllib, and only a file that is written needs it
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        document = tomlkit.parse(text)
        same = document.unwrap() == manifests.toml_values(text)
    except (TOMLKitError, ValueError, RecursionError) as error:
        return f"tomlkit could not read it: {error}"
    return "" if same else "tomlkit would read it otherwise than tomllib"
