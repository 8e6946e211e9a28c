"""A package that another one chooses is pinned by hand.

FastAPI declares which versions of Starlette it works with; a pin of your own blocks the next FastAPI or lets an
unsuitable Starlette in. A lock, a compiled requirements file or a `pip freeze` that fixes it is right. A bare floor
is rule PIN103. A constraint is no requirement and may hold it. A library for Starlette itself says `starlette = "free"` in `[tool.pincheck.policy]`.

Source: FastAPI documentation, "About FastAPI versions", "About Starlette".

Bad:

    fastapi>=0.112.0,<0.113.0
    starlette==0.37.2

Good:

    fastapi>=0.112.0,<0.113.0
"""

from collections.abc import Iterator

from packaging.specifiers import SpecifierSet

from pincheck import pins
from pincheck.model import Edit, Finding, Project, Span, Unpinned
from pincheck.rules._rule import Pin, Rule, pins_of, shown

CODE = "PIN102"
# Who bounds the package instead; nothing is edited where that one is not declared, for then nobody would.
_CHOOSERS = {"starlette": "FastAPI"}


def find(project: Project) -> Iterator[Finding]:
    """Yield the exact pins and upper bounds."""
    for pin in pins_of(project, Unpinned):
        specifier = pin.declaration.specifier
        if (
            pin.declaration.origin in {"compiled", "constraint"}
            or not pins.has_ceiling(specifier)
            or pins.is_empty(specifier)
        ):
            continue
        bare = "" if pin.names_one_release else _without_ceiling(specifier)
        chooser = _CHOOSERS.get(pin.declaration.name, "")
        remedy = f"write `{pin.declaration.name}{bare}`, or nothing: {chooser or 'another package'} chooses it"
        is_chosen = not chooser or any(found.name == chooser.lower() for found in project.declarations)
        edits = _loosened(pin, bare) if is_chosen else ()
        yield pin.finding(CODE, "error", f"is pinned by hand: {shown(pin)}", remedy, edits)


def _without_ceiling(specifier: SpecifierSet) -> str:
    """Return the floor of a specifier and the versions that it excludes, which may have a reason of their own."""
    lowest = pins.floor(specifier)
    excluded = sorted(str(clause) for clause in specifier if clause.operator == "!=")
    if lowest is None:
        return ",".join(excluded)
    operator = ">" if SpecifierSet(f">{lowest.public}") in map(SpecifierSet, map(str, specifier)) else ">="
    return ",".join([f"{operator}{lowest.public}", *excluded])


def _loosened(pin: Pin, bare: str) -> tuple[Edit, ...]:
    """Drop the specifier, or all of it but its floor; empty parentheses do not stay behind."""
    found = pin.declaration
    if bare or pin.dialect.anything:
        return pin.rewritten(bare)
    text, span = found.source.text, found.specifier_span
    if text[: span.start].rstrip().endswith("("):
        start = text.rindex("(", 0, span.start)
        start -= len(text[:start]) - len(text[:start].rstrip(" \t"))
        return (Edit(found.source.path, Span(start, text.index(")", span.end) + 1), ""),)
    return pin.rewritten("")


RULE = Rule(CODE, "pinned-companion", find, __doc__)
