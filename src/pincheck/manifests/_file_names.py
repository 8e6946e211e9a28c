"""Which files are requirements files: by their name where it says so, else by what stands in them."""

import re
from pathlib import PurePosixPath

_WORD = r"(?:^|[-_.])"
# What is a requirements file whatever stands in it; a line that cannot be read is worth telling there.
_NAMED = rf"requirement|{_WORD}(?:reqs|requires|constraints?)(?:[-_.]|$)|^req(?:[-_.]|$)"
# What people keep in a folder called `requirements` beside its files.
_PROSE = frozenset(
    [
        "authors",
        "changelog",
        "changes",
        "contributing",
        "contributors",
        "copying",
        "history",
        "humans",
        "install",
        "licence",
        "license",
        "notes",
        "notice",
        "readme",
        "robots",
        "security",
        "todo",
    ]
)
# What people call a requirements file whose name does not say that it is one: `dev.txt`, `test-deps.txt`.
_WORDS = frozenset(
    [
        "all",
        "app",
        "backend",
        "base",
        "build",
        "ci",
        "common",
        "core",
        "dep",
        "dependencies",
        "dependency",
        "deps",
        "dev",
        "develop",
        "development",
        "doc",
        "docs",
        "extra",
        "extras",
        "freeze",
        "frozen",
        "install",
        "lib",
        "libs",
        "lint",
        "linux",
        "local",
        "locked",
        "main",
        "mac",
        "minimal",
        "modules",
        "optional",
        "packages",
        "pip",
        "pipfreeze",
        "prod",
        "production",
        "py",
        "py3",
        "pypi",
        "python",
        "python3",
        "run",
        "runtime",
        "server",
        "stage",
        "staging",
        "style",
        "test",
        "testing",
        "tests",
        "tools",
        "type",
        "types",
        "typing",
        "web",
        "windows",
    ]
)
_TEMPLATE = r"\.(?:txt|in)[-.](?:dist|example|j2|jinja2?|sample|template|tmpl|tpl)$"
_PLACEHOLDER = r"\{[{%]|<%"
# A name with what may follow it, an option, a path or a URL.
_LINE = (
    r"-{1,2}[A-Za-z]"
    r"|[^\W_](?:[\w.-]*[^\W_])?\s*(?:\[[^\]]*\]\s*)?(?:[<>=!~^;(,\\]|@\s*(?:[./]|[\w+]+:)|\s#|\s--?[A-Za-z]|$)"
    r"|\.{1,2}(?:/|$)"
    r"|(?:https?|file|(?:git|hg|svn|bzr)\+\w+):"
)


def says_so(path: PurePosixPath) -> bool:
    """Say whether a file's name and folder alone make it a requirements file."""
    name = path.name.lower()
    stem, _, suffix = name.rpartition(".")
    if suffix not in {"txt", "in"}:
        return False
    return re.search(_NAMED, stem) is not None or (path.parent.name.lower() == "requirements" and stem not in _PROSE)


def may_be(path: PurePosixPath) -> bool:
    """Say whether a file's name leaves open that it is a requirements file: what stands in it decides then."""
    name = path.name.lower()
    if says_so(path):
        return False
    if re.search(_TEMPLATE, name):
        return re.search(_NAMED, re.sub(_TEMPLATE, "", name)) is not None
    stem, _, suffix = name.rpartition(".")
    if suffix == "in":  # `config.h.in` and `version.py.in` are templates of other things.
        return "." not in stem and stem not in {"manifest", "makefile", "configure"}
    return (
        suffix == "txt" and all(word in _WORDS for word in re.split(r"[-_.\d]+", stem) if word) and stem != "packages"
    )


def looks_like_one(text: str) -> bool:
    """Say whether every line of a text has the look of a requirement or of an option, and there is one with letters."""
    line_of = re.compile(_LINE)
    found = joined = False
    for line in text.removeprefix("\ufeff").splitlines():
        content = line.strip()
        if content and not content.startswith("#"):
            if re.search(_PLACEHOLDER, content) or (not joined and line_of.match(content) is None):
                return False
            found = found or not content.isdigit()
        joined = content.endswith("\\") and not content.startswith("#")
    return found
