"""Apply edits to a text, and show what they change."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from pincheck.model import Edit


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with every edit made; equal edits count once, overlapping ones raise ValueError."""
    parts, end = [], 0
    for edit in sorted(set(edits), key=lambda e: (e.span.start, e.span.end)):
        if edit.span.start < end:
            raise ValueError(f"two edits of {edit.path} overlap at offset {edit.span.start}")
        parts += [text[end : edit.span.start], edit.text]
        end = edit.span.end
    return "".join([*parts, text[end:]])


def by_path(edits: Iterable[Edit]) -> dict[PurePosixPath, list[Edit]]:
    """Return the edits of each file, files in the order in which they first come."""
    grouped: dict[PurePosixPath, list[Edit]] = {}
    for edit in edits:
        grouped.setdefault(edit.path, []).append(edit)
    return grouped


def diff(texts: Mapping[PurePosixPath, str], edits: Iterable[Edit]) -> str:
    """Return a unified diff of what the edits change in the files whose texts are given."""
    import difflib  # noqa: PLC0415 - only a report of a change needs it; it costs 20 ms

    shown: list[str] = []
    for path, changes in by_path(edits).items():
        before, after = texts[path], apply(texts[path], changes)
        lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}", n=1, lineterm="")
        shown += lines
    return "".join(f"{line}\n" for line in shown)


def _lines(text: str) -> list[str]:
    """Split at line feeds only, so that a carriage return at the end of a line does not make a line of its own."""
    return [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]
