"""The generated parts of the documents: written with `--write`, compared with `--check`.

A generated part stands between `<!-- NAME -->` and `<!-- end -->`.
"""

import re
import subprocess
import sys
from pathlib import Path

from pincheck.rules import RULES

ROOT = Path(__file__).parent.parent


def helped(*verb: str) -> str:
    argv = [sys.executable, "-m", "pincheck", *verb, "--help"]
    text = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    return f"```console\n$ pincheck {' '.join([*verb, '--help'])}\n{text}```"


def rule_table() -> str:
    rows = [f"| [{rule.code}](docs/rules.md#{rule.code.lower()}) | {rule.manual.splitlines()[0]} |" for rule in RULES]
    return "\n".join(["| code | what is wrong |", "|---|---|", *rows])


def rule_pages() -> str:
    pages = []
    for rule in RULES:
        title, _, body = rule.manual.strip().partition("\n")
        body = re.sub(r"^    (.*)$", r"    \1", body, flags=re.MULTILINE)
        pages.append(f'## <a id="{rule.code.lower()}"></a>{rule.code}: {rule.name}\n\n{title}\n{body}')
    return "\n\n".join(pages)


PARTS = {
    "README.md": {
        "help": "\n\n".join([helped(), helped("check"), helped("propose"), helped("notes"), helped("upgrade")]),
        "rules": rule_table(),
    },
    "docs/rules.md": {"pages": rule_pages()},
}


def filled(text: str, parts: dict[str, str]) -> str:
    for name, part in parts.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        assert pattern.search(text), f"no part named {name}"
        text = pattern.sub(lambda match, part=part: f"{match[1]}\n{part}\n{match[2]}", text)  # type: ignore[misc]
    return text


def main() -> None:
    stale = []
    for name, parts in PARTS.items():
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        new = filled(text, parts)
        if new != text and "--write" in sys.argv:
            path.write_text(new, encoding="utf-8")
        elif new != text:
            stale.append(name)
    if stale:
        sys.exit(f"not as the code has it: {', '.join(stale)}; run `nox -s accept`")


if __name__ == "__main__":
    main()
