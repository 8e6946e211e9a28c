r"""A file has syntax of TOML 1.1, which many tools cannot read.

Inline tables over several lines or with a comma at their end, `\e` and `\xHH` in strings, times without seconds:
`tomllib` knows them from Python 3.15 on. With an older Python, pip, build backends and most other tools refuse the
whole file. A warning: it does not fail the check.

Source: TOML 1.1.0, "Changelog"; Python documentation, `tomllib`.

Bad:

    # pyproject.toml
    [project]
    dependencies = ["fastapi>=0.112.0,<0.113.0"]
    [tool.uv]
    sources = {
      orjson = { index = "internal" },
    }

Good:

    # pyproject.toml
    [project]
    dependencies = ["fastapi>=0.112.0,<0.113.0"]
    [tool.uv.sources]
    orjson = { index = "internal" }
"""

from collections.abc import Iterator

from pincheck.model import Finding, Project
from pincheck.rules._rule import Rule

CODE = "PIN119"


def find(project: Project) -> Iterator[Finding]:
    """Yield where files have such syntax, the first place of each."""
    for oddity in project.oddities:
        if oddity.kind == "toml-1.1":
            message = f"TOML 1.1, which tools under Python before 3.15 refuse: {_what(oddity.text)}"
            yield Finding(oddity.source, oddity.span, CODE, "warning", message, "write it as TOML 1.0 has it")


def _what(text: str) -> str:
    """Name the syntax by its text."""
    if text.startswith("{"):
        lines = any(end in text for end in "\r\n")
        return "an inline table over several lines" if lines else "an inline table that ends in a comma"
    return f"the escape `{text}`" if text.startswith("\\") else f"the time without seconds `{text}`"


RULE = Rule(CODE, "newer-toml", find, __doc__)
