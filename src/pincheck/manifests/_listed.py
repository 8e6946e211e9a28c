r"""Files that setuptools reads with `file:`, whose grammar is not pip's.

Each line is one requirement by PEP 508 (setuptools, "Configuring setuptools using pyproject.toml files", dynamic
metadata). What setuptools does on the way there is: drop blank lines and those that begin with `#`, cut from a blank
and `#` on, join a line that ends in a backslash with the next one, without the character before the backslash.
"""

from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement

from pincheck.model import Problem, Source, Span


def refused(source: Source) -> Iterator[Problem]:
    """Yield the lines that setuptools cannot read, whatever pip makes of them; one bad line does not hide the next."""
    for text, span, cut in _joined(source):
        if cut:
            yield Problem(source, span, f"setuptools reads this file too and drops the `{cut}` before the backslash")
        try:
            Requirement(text)
        except (InvalidRequirement, ValueError, RecursionError):
            yield Problem(source, span, f"setuptools reads this file too and {_wants(text, source)}")


def _wants(text: str, source: Source) -> str:
    if source.text.startswith("\ufeff") and text.startswith("\ufeff"):
        return "takes its byte order mark for a part of the name; save it without one"
    if text.startswith("-"):
        return f"knows no options; `{text.split(maxsplit=1)[0][:60].partition('=')[0]}` is one of pip's"
    if " --" in text or "--hash" in text:
        return "knows no options behind a requirement"
    return "wants a requirement by PEP 508 in every line"


def _joined(source: Source) -> Iterator[tuple[str, Span, str]]:
    """Yield what setuptools makes of the lines, where each begins and ends, and what it loses on the way."""
    lines = _lines(source)
    for first, span in lines:
        text, cut, end = list(first), "", span.end
        while text[-1:] == ["\\"]:
            following = next(lines, None)
            if following is None:
                return  # setuptools drops a line that promises another one and is the last.
            cut += "".join(text[-2:-1]).strip(" \t\\")
            del text[-2:]
            while text and text[-1].isspace():
                text.pop()
            text += following[0]
            end = following[1].end
        if text:
            yield "".join(text), Span(span.start, end), cut


def _lines(source: Source) -> Iterator[tuple[str, Span]]:
    start = 0
    for line in source.text.splitlines(keepends=True):
        text = line.strip()
        if text and not text.startswith("#"):
            begins = start + len(line) - len(line.lstrip())
            yield text.partition(" #")[0], Span(begins, begins + len(text))
        start += len(line)
