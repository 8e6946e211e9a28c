"""Texts that are hard on a reader: for each format functions that make one of about so many characters."""

from collections.abc import Callable

Text = Callable[[int], str]

# One file of each format as people write it.
VALID = {
    "Dockerfile": 'FROM x\nRUN pip install -q "fastapi>=0.112,<0.113" \\\n # c\n    starlette==0.37.2 ${A} && echo $(a)\n'
    'RUN ["pip", "install", "fastapi==0.112.0"]\nRUN <<EOF\npip install \'fastapi~=0.112.0\' > /dev/null\nEOF\n'
    "RUN sh -c 'uv pip install fastapi==0.112.0 -r a.txt'\n",
    "setup.cfg": "[metadata]\nname = a\n[options]\ninstall_requires =\n  fastapi>=0.112, \\\n    <0.113\n  %(deps)s\n  # c\n"
    "  idna>=3 ; python_version<'3'\ndeps =\n  starlette\nsetup_requires = idna;pydantic\n"
    "[options.extras_require]\nall =\n  fastapi[all]==0.112.0\n",
    "tox.ini": "[tox]\nenvlist = py\n[testenv]\ndeps =\n  fastapi>=0.112,\\\n    <0.113\n  py{311,312},x: fastapi~=0.112.0 # c\n"
    "  -r{toxinidir}/a.txt\n  {[testenv:a]deps}\n[testenv:a]\ndeps = starlette\n",
    "setup.py": "from setuptools import setup\nA = ['fastapi>=0.112,<0.113', 'é']\nB = {'a': A + ['idna']}\nB['b'] = [*A]\n"
    "def f():\n    setup(install_requires=A, extras_require={**B, 'c': ['fastapi==0.112.0']}, tests_require=open('a'))\nf()\n",
    "noxfile.py": "import nox\nA = ['fastapi==0.112.0']\n@nox.session(name='t')\ndef tests(session):\n"
    "    session.install('fastapi>=0.112,<0.113', *A, '-r', 'a.txt')\n    session.run('pip', 'install', f'fastapi=={a}')\n",
    "script.py": "# /// script\n# dependencies = [\n#   \"fastapi==0.112.0\", # c\n#   'starlette',\n# ]\n# ///\nprint()\n",
    "requirements.txt": "-r a.txt\nfastapi[all]>=0.112,<0.113 ; python_version > '3' # c\nstarlette==0.37.2 \\\n  --hash=sha256:00\n"
    "fastapi @ https://x.test/fastapi-0.112.0.whl\n-e .\n",
    "pyproject.toml": '[project]\nname = "a"\ndependencies = ["fastapi>=0.112,<0.113", \'idna\']\noptional-dependencies.a = ["fastapi"]\n'
    '[dependency-groups]\ndev = ["fastapi==0.112.0", {include-group = "a"}]\na = []\n'
    '[tool.poetry.dependencies]\nfastapi = {version = "^0.112", extras = ["all"]}\n'
    '[tool.poetry.group.b.dependencies]\nfastapi = [{version = "~0.112.0", python = "^3.8"}]\n'
    '[tool.uv]\noverride-dependencies = ["fastapi==0.112.0"]\n[tool.pdm.dev-dependencies]\nc = ["fastapi~=0.112.0"]\n'
    '[tool.hatch.envs.d]\ndependencies = ["fastapi==0.112.*"]\n[tool.pixi.dependencies]\nfastapi = "0.112.*"\n'
    '[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ndeps = fastapi==0.112.0\n"""\n',
    "Pipfile": '[packages]\nfastapi = "==0.112.0"\nidna = {version = "*", markers = "os_name == \'nt\'"}\n[dev-packages]\na = {git = "b"}\n',
    "environment.yml": "name: a\ndependencies:\n  - fastapi=0.112 # c\n  - 'conda-forge::fastapi[version=\">=0.112,<0.113\"]'\n"
    "  - pip:\n    - fastapi==0.112.0\n    - &a starlette\n    - *a\n",
    "pixi.toml": '[workspace]\nname = "a"\n[dependencies]\nfastapi = "0.112.*"\n[pypi-dependencies]\n'
    'fastapi = {version = "==0.112.0"}\n[feature.a.dependencies]\nidna = {version = ">=3", channel = "b"}\n',
    "tox.toml": '[env_run_base]\ndeps = ["fastapi==0.112.0", "-r a.txt"]\n[env.a]\ndeps = """\nfastapi>=0.112,<0.113\n"""\n',
    "uv.lock": 'version = 1\n[[package]]\nname = "fastapi"\nversion = "0.112.0"\nsource = { registry = "x" }\n\n[[package]]\n'
    'name = "idna"\nversion = "3.1"\n',
    "poetry.lock": '[[package]]\nname = "fastapi"\nversion = "0.112.0"\n[package.dependencies]\nstarlette = ">=0.37,<0.38"\n'
    '[metadata]\nlock-version = "2.0"\n',
    "pdm.lock": '[metadata]\nlock_version = "4.5"\n[[package]]\nname = "fastapi"\nversion = "0.112.0"\ndependencies = ["starlette<1"]\n',
    "pylock.toml": 'lock-version = "1.0"\ncreated-by = "a"\n[[packages]]\nname = "fastapi"\nversion = "0.112.0"\n'
    '[[packages.wheels]]\nurl = "https://x.test/a"\nhashes = {sha256 = "00"}\n',
    "Pipfile.lock": '{"_meta": {"pipfile-spec": 6}, "default": {"fastapi": {"version": "==0.112.0", "hashes": ["a"]}, "a": {"git": "b"}}}',
}


def many(unit: str, before: str = "", after: str = "") -> Text:
    """Return what repeats a text; `{i}` in it is the number of the repetition."""

    def made(size: int) -> str:
        count = max(1, size // len(unit))
        middle = "".join(unit.replace("{i}", str(i)) for i in range(count)) if "{i}" in unit else unit * count
        return f"{before}{middle}{after}"

    return made


def nested(opening: str, closing: str, before: str = "", inside: str = "", after: str = "") -> Text:
    """Return what opens as often as it closes."""

    def made(size: int) -> str:
        depth = max(1, size // (len(opening) + len(closing)))
        return f"{before}{opening * depth}{inside}{closing * depth}{after}"

    return made


def doubling(before: str, first: str, line: str, after: str, deepest: int = 60) -> Text:
    """Return a chain of which each link names the one before it twice; the last link is `{n}`.

    It is `deepest` links long at most, so that the limit on recursion does not come to the reader's help.
    """

    def made(size: int) -> str:
        count = min(max(2, size // len(line)), deepest)
        links = "".join(line.replace("{i}", str(i)).replace("{j}", str(i - 1)) for i in range(1, count))
        return f"{before}{first}{links}{after.replace('{n}', str(count - 1))}"

    return made


_LINES: dict[str, Text] = {
    "lines": many("fastapi==0.112.0\n"),
    "other lines": many("package-{i}==1.0\n"),
    "bad lines": many("fastapi = = 0.112\n"),
    "comments": many("# fastapi==0.112.0 # why\n"),
    "empty lines": many("\n", after="fastapi==0.112.0\n"),
    "carriage returns": many("fastapi==0.112.0\r"),
    "joined lines": many("fastapi\\\n"),
    "joined clauses": many(">=0.112, \\\n", "fastapi "),
    "joined comments": many("fastapi # c \\\n"),
    "one name": many("a"),
    "one name and no end": many("a", after="!"),
    "dots": many("a.", after="!"),
    "blanks before": many(" ", after="fastapi==0.112.0"),
    "blanks inside": many(" ", "fastapi", "==0.112.0"),
    "blanks behind": many(" ", "fastapi==0.112.0", "!"),
    "tabs": many("\t", "fastapi", "\t!"),
    "digits": many("1", "fastapi=="),
    "clauses": many(",>=0.{i}", "fastapi>=0"),
    "extras": many("extra{i},", "fastapi[", "a]==0.112.0"),
    "brackets": many("[", "fastapi"),
    "parentheses": nested("(", ")", "fastapi", "==0.112.0"),
    "markers": many(" or python_version<'3.{i}'", "fastapi==0.112.0; python_version<'3'"),
    "nested markers": nested("(", ")", "fastapi==0.112.0;", "python_version<'3'"),
    "quotes": many("'", "fastapi==0.112.0; python_version<"),
    "escapes": many("\\", "fastapi==0.112.0"),
    "options": many("--pre ", "fastapi "),
    "pairs of markers": many("fastapi==0.{i}.0; python_version<'3.{i}'\n"),
    "two long markers": lambda size: "".join(
        f"fastapi==0.{i}.0; {many(f' or os_name==`a{i}{{i}}`', 'os_name==`b`')(size // 2)}\n".replace("`", "'")
        for i in range(2)
    ),
    "hashes": many("--hash=sha256:00 ", "fastapi==0.112.0 "),
    "includes": many("-r other{i}.txt\n"),
    "constraints": many("-c other{i}.txt\n"),
    "includes of itself": many("-r {name}\n"),
    "variables": many("${A}", "fastapi=="),
    "urls": many("fastapi @ https://x.test/{i}/fastapi-0.112.0.whl\n"),
    "slashes": many("/", "fastapi @ https:"),
    "ignores": many("fastapi==0.112.0 # pincheck: ignore[PIN101]\n"),
    "unused ignores": many("# pincheck: ignore[PIN101]\n"),
    "ignored codes": many("PIN101,", "fastapi # pincheck: ignore[", "]"),
    "wide lines": many("fastapi>=0.100\n"),
    "contradictions": many("fastapi==0.{i}.0\n"),
    "odd ends": many("a\u2028"),
    "odd blanks": many("\u3000", "fastapi", "==0.112.0"),
    "look-alikes": many("f\u0430stapi==0.112.0\n"),
    "vertical tabs": many("\x0b", "fastapi==0.112.0"),
}


def _inside(before: str, after: str, line: str) -> dict[str, Text]:
    """Return the hard lines inside another format: what is put before and behind them, and before each line."""

    def put(text: Text) -> Text:
        def made(size: int) -> str:
            return before + "".join(f"{line}{found}\n" for found in text(size).split("\n")) + after

        return made

    return {name: put(text) for name, text in _LINES.items()}


def _escaped(text: str, quote: str = '"') -> str:
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped)


def _quoted(before: str, after: str) -> dict[str, Text]:
    """Return the hard lines as strings of a list."""

    def put(text: Text) -> Text:
        def made(size: int) -> str:
            return before + "".join(f'  "{_escaped(found)}",\n' for found in text(size).splitlines()) + after

        return made

    return {name: put(text) for name, text in _LINES.items()}


_RUN: dict[str, Text] = {
    "words": many("a{i} ", "FROM x\nRUN pip install fastapi==0.112.0 "),
    "options": many("-q ", "FROM x\nRUN pip install fastapi==0.112.0 "),
    "pips": many("pip ", "FROM x\nRUN pip install fastapi==0.112.0 "),
    "shells": many("sh ", "FROM x\nRUN pip install fastapi==0.112.0 "),
    "shells with dashes": many("sh - ", "FROM x\nRUN pip install fastapi==0.112.0 "),
    "redirections": many(">=1 ", "FROM x\nRUN pip install fastapi==0.112.0 "),
    "versions": many("fastapi>=0.112,<0.113 ", "FROM x\nRUN pip install "),
    "single quotes": many("''", "FROM x\nRUN pip install fastapi=="),
    "double quotes": many('""', "FROM x\nRUN pip install fastapi=="),
    "one long quote": many("a", 'FROM x\nRUN pip install "', '"'),
    "an open quote": many("a ", 'FROM x\nRUN pip install "'),
    "open quotes": many("RUN pip install 'a\n", "FROM x\n"),
    "escapes": many("\\a", "FROM x\nRUN pip install fastapi=="),
    "escapes in quotes": many('\\"', 'FROM x\nRUN pip install "', '"'),
    "variables": many("$A", "FROM x\nRUN pip install fastapi=="),
    "braces": many("${A", "FROM x\nRUN pip install fastapi=="),
    "braces in quotes": many("${A", 'FROM x\nRUN pip install "', '"'),
    "dollars": many("$", "FROM x\nRUN pip install fastapi=="),
    "open commands": many("$(", "FROM x\nRUN pip install fastapi=="),
    "commands": nested("$(", ")", "FROM x\nRUN pip install fastapi=="),
    "commands in a row": many("$(a)", "FROM x\nRUN pip install fastapi=="),
    "commands in quotes": many("$(a)", 'FROM x\nRUN pip install "', '"'),
    "backticks": many("`a`", "FROM x\nRUN pip install fastapi=="),
    "parentheses": nested("(", ")", "FROM x\nRUN ", "pip install fastapi"),
    "separators": many("pip install fastapi;", "FROM x\nRUN "),
    "comments": many("# a\n", "FROM x\nRUN pip install fastapi \\\n", "  starlette\n"),
    "joined": many("a \\\n", "FROM x\nRUN pip install "),
    "joined and empty": many("\\\n", "FROM x\nRUN pip install "),
    "joined in a word": many("\\\\\n", "FROM x\nRUN pip install a"),
    "blanks": many(" ", "FROM x\nRUN", "pip install fastapi"),
    "blanks behind": many(" ", "FROM x\nRUN pip install fastapi", "!"),
    "flags": many("--a=b ", "FROM x\nRUN ", "pip install fastapi"),
    "flags of dashes": many("-", "FROM x\nRUN --a", "pip install fastapi"),
    "heredocs": many("<<A ", "FROM x\nRUN ", "\npip install fastapi\n"),
    "heredocs that end": many("RUN <<A\npip install fastapi\nA\n", "FROM x\n"),
    "heredocs that do not": many("RUN <<A pip install\n", "FROM x\n"),
    "heredocs of one name": many("<<A ", "FROM x\nRUN install ", "\nA\n" * 100),
    "runs": many("RUN pip install fastapi==0.112.0\n", "FROM x\n"),
    "condas": many("fastapi=0.112 ", "FROM x\nRUN conda install "),
    "json": many('"fastapi",', 'FROM x\nRUN ["pip","install",', '"a"]'),
    "json with escapes": many("\\n", 'FROM x\nRUN ["pip","install","', '"]'),
    "json that is deep": nested("[", "]", "FROM x\nRUN ", '"install"'),
    "shells in shells": many("sh -c ", "FROM x\nRUN ", "'pip install fastapi'"),
    "shells in quotes": lambda size: "FROM x\nRUN " + _in_shells(size),
    "directives": many("# a=b\n", "", "FROM x\nRUN pip install fastapi"),
    "backslashes": many("\\", "FROM x\nRUN pip install fastapi", "\nRUN pip install fastapi"),
    "instructions": many("ENV a=b\n", "FROM x\nRUN pip install fastapi\n"),
    "ignores": many("RUN pip install fastapi # pincheck: ignore\n", "FROM x\n"),
    "one bracket": many("[", "FROM x\nRUN pip install fastapi"),
    "letters": many("a", "FROM x\nRUN pip install "),
    "program": many("/pip", "FROM x\nRUN ", " install fastapi"),
    "pips with values": many("pip -e ", "FROM x\nRUN pip install fastapi "),
    "quoted blanks": many(" ", 'FROM x\nRUN pip install "fastapi', '?"'),
    "far braces": many("${!", "FROM x\nRUN pip install fastapi==", "}"),
    "no install": many("pip ", "FROM x\nRUN ", "# install"),
}


def _in_shells(size: int) -> str:
    """Return shells that are given a shell to run, as deep as the size allows: quoting doubles with each."""
    text = "pip install fastapi"
    while len(text) < size:
        text = 'sh -c "' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text


_INI = "[options]\ninstall_requires =\n"
_SETUP_CFG: dict[str, Text] = _inside(_INI, "", "  ") | {
    "options": many("name{i} = fastapi\n", "[options]\n"),
    "one option": many("install_requires = fastapi\n", "[options]\n"),
    "sections": many("[s{i}]\na = b\n"),
    "one section": many("[options]\n"),
    "extras": many("extra{i} = fastapi==0.112.0\n", "[options.extras_require]\n"),
    "percents": many("%", _INI + "  fastapi"),
    "percents doubled": many("%%", _INI + "  fastapi=="),
    "percents in lines": many("  fastapi%%\n", _INI),
    "references": many("  %(deps)s\n", f"[options]\ndeps = fastapi\n{_INI[10:]}"),
    "references inside": many("%(a)s", _INI + "  fastapi=="),
    "open references": many("%(", _INI + "  fastapi=="),
    "a chain": lambda size: (
        "[options]\n"
        + "".join(f"a{i} =\n  %(a{i + 1})s\n" for i in range(size // 20))
        + f"a{size // 20} = fastapi\ninstall_requires =\n  %(a0)s\n"
    ),
    "a chain that doubles": doubling(
        "[options]\n", "a0 = fastapi\n", "a{i} =\n  %(a{j})s\n  %(a{j})s\n", "install_requires =\n  %(a{n})s\n"
    ),
    "one line": many("fastapi;", "[options]\ninstall_requires = "),
    "files": many("a{i}.txt,", "[options]\ninstall_requires = file: "),
    "commas": many(",", "[options]\ninstall_requires = file: "),
    "joined": many("  fastapi \\\n", _INI),
    "indents": lambda size: (
        "[options]\ninstall_requires =\n" + "".join(" " * i + "a\n" for i in range(1, int((2 * size) ** 0.5)))
    ),
    "brackets": many("[", "", "\ninstall_requires = a"),
    "no section": many("a = b\n"),
    "comments": many("# a\n", _INI, "  fastapi\n"),
    "blank lines": many("\n", _INI, "  fastapi\n"),
    "tests": many("fastapi;python_version<'3';", "[options]\ninstall_requires = "),
}

_TOX: dict[str, Text] = _inside("[testenv]\ndeps =\n", "", "  ") | {
    "braces": many("{", "[testenv]\ndeps =\n  fastapi=="),
    "pairs of braces": many("{a}", "[testenv]\ndeps =\n  fastapi=="),
    "factors": many("a,", "[testenv]\ndeps =\n  ", "b: fastapi"),
    "factors in braces": many("{a,b}-", "[testenv]\ndeps =\n  ", "b: fastapi"),
    "colons": many(":", "[testenv]\ndeps =\n  "),
    "colons and blanks": many("a: ", "[testenv]\ndeps =\n  "),
    "folders": many("{toxinidir}", "[testenv]\ndeps =\n  -r "),
    "blanks": many(" ", "[testenv]\ndeps =\n  a", ": fastapi"),
    "joined": many("  fastapi\\\n", "[testenv]\ndeps =\n"),
    "escaped hashes": many("\\#", "[testenv]\ndeps =\n  fastapi"),
    "references": many("  {[testenv]deps}\n", "[testenv]\ndeps =\n"),
    "open references": many("{[", "[testenv]\ndeps =\n  "),
    "environments": many("[testenv:a{i}]\ndeps =\n  {[testenv]deps}\n  a{i}==0.112.0\n"),
    "a chain": many("[a{i}]\ndeps = {[a{i}1]deps}\n"),
    "sections": many("[testenv:{i}]\ndeps = fastapi\n"),
}

_SETUP = "from setuptools import setup\n"
_SETUP_PY: dict[str, Text] = {
    "doubled lists": doubling(_SETUP, "A0 = ['fastapi']\n", "A{i} = A{j} + A{j}\n", "setup(install_requires=A{n})\n"),
    "doubled stars": doubling(
        _SETUP, "A0 = ['fastapi']\n", "A{i} = [*A{j}, *A{j}]\n", "setup(install_requires=A{n})\n"
    ),
    "doubled additions": doubling(
        _SETUP, "A0 = ['fastapi']\n", "A{i} = A{j}\nA{i} += A{j}\n", "setup(install_requires=A{n})\n"
    ),
    "doubled dictionaries": doubling(
        _SETUP, "A0 = {'a': ['fastapi']}\n", "A{i} = {**A{j}, **A{j}}\n", "setup(extras_require=A{n})\n"
    ),
    "doubled unions": doubling(
        _SETUP, "A0 = {'a': ['fastapi']}\n", "A{i} = A{j} | A{j}\n", "setup(extras_require=A{n})\n"
    ),
    "doubled keys": doubling(
        _SETUP,
        "A0 = {'a': ['fastapi']}\n",
        "A{i} = {'a': A{j}['a'] + A{j}['a']}\n",
        "setup(install_requires=A{n}['a'])\n",
    ),
    "doubled extras": doubling(
        _SETUP, "A = {'a0': ['fastapi']}\n", "A['a{i}'] = A['a{j}'] + A['a{j}']\n", "setup(extras_require=A)\n"
    ),
    "doubled calls": doubling(
        _SETUP, "A0 = {'a': ['fastapi']}\n", "A{i} = dict(A{j}, **A{j})\n", "setup(extras_require=A{n})\n"
    ),
    "empty doubles": doubling(_SETUP, "A0 = []\n", "A{i} = A{j} + A{j}\n", "setup(install_requires=A{n})\n"),
    "computed doubles": doubling(_SETUP, "A0 = f()\n", "A{i} = A{j} + A{j}\n", "setup(install_requires=A{n})\n"),
    "empty doubled dictionaries": doubling(
        _SETUP, "A0 = {}\n", "A{i} = {**A{j}, **A{j}}\n", "setup(extras_require=A{n})\n"
    ),
    "a chain": doubling(_SETUP, "A0 = ['fastapi']\n", "A{i} = A{j}\n", "setup(install_requires=A{n})\n", 9_999),
    "a loop": many("A = A + A\n", f"{_SETUP}", "setup(install_requires=A)\n"),
    "brackets": nested("[", "]", f"{_SETUP}setup(install_requires=", "'fastapi'", ")\n"),
    "parentheses": nested("(", ")", f"{_SETUP}setup(install_requires=", "'fastapi'", ")\n"),
    "additions": many("+['fastapi']", f"{_SETUP}setup(install_requires=[]", ")\n"),
    "attributes": many(".a", f"{_SETUP}setup(install_requires=a", ")\n"),
    "calls": many("()", f"{_SETUP}setup(install_requires=a", ")\n"),
    "subscripts": many("['a']", f"{_SETUP}setup(install_requires=a", ")\n"),
    "minuses": many("-", f"{_SETUP}setup(install_requires=", "1)\n"),
    "lambdas": many("lambda:", f"{_SETUP}setup(install_requires=", "1)\n"),
    "blocks": lambda size: (
        _SETUP
        + "".join(" " * i + "if a:\n" for i in range(min(99, size)))
        + " " * min(99, size)
        + "setup(install_requires='a')\n"
    ),
    "elifs": many("elif a:\n  pass\n", f"{_SETUP}if a:\n  pass\n", "setup(install_requires=['fastapi'])\n"),
    "setups": many("setup(install_requires=['fastapi'])\n", _SETUP),
    "setups of one list": many("setup(install_requires=A)\n", f"{_SETUP}A = ['fastapi', f()]\n"),
    "setups of a long list": lambda size: (
        f"{_SETUP}A = [{'1, ' * (size // 6)}]\n" + "setup(install_requires=A)\n" * (size // 52)
    ),
    "functions": many("def f{i}():\n  setup(install_requires=A)\n", f"{_SETUP}A = ['fastapi']\n"),
    "nested functions": lambda size: (
        _SETUP
        + "".join(" " * i + f"def f{i}():\n" for i in range(min(95, size)))
        + " " * min(95, size)
        + "setup(requires=a)\n"
    ),
    "assignments": many("A = ['fastapi']\n", _SETUP, "setup(install_requires=A)\n"),
    "extensions": many("A.extend(['fastapi'])\n", f"{_SETUP}A = []\n", "setup(install_requires=A)\n"),
    "uses": many("*A,", f"{_SETUP}A = ['fastapi', 'starlette']\nsetup(install_requires=[", "])\n"),
    "uses of a long list": lambda size: (
        f"{_SETUP}A = [{repr('fastapi') + ','}{'1,' * (size // 4)}]\nsetup(install_requires=[{'*A,' * (size // 6)}])\n"
    ),
    "computed": many("f(a),", f"{_SETUP}setup(install_requires=[", "])\n"),
    "computed names": many("a{i},", f"{_SETUP}setup(install_requires=[", "])\n"),
    "computed long lines": many("f('é'),", f"{_SETUP}setup(install_requires=[", "])\n"),
    "long line of strings": many("'é',", f"{_SETUP}setup(install_requires=[", "])\n"),
    "keys": many("'a{i}': ['fastapi'],", f"{_SETUP}setup(extras_require={{", "})\n"),
    "keys of one name": many("A['a{i}'],", f"{_SETUP}A = {{'a': 1}}\nsetup(install_requires=[", "])\n"),
    "a string": many("a", f"{_SETUP}setup(install_requires='''", "''')\n"),
    "a string of lines": many("fastapi==0.112.0\n", f"{_SETUP}setup(install_requires='''", "''')\n"),
    "a string of joined lines": many("fastapi \\\\\n", f"{_SETUP}setup(install_requires='''", "''')\n"),
    "an escaped string": many("\\x61", f"{_SETUP}setup(install_requires=['", "'])\n"),
    "pieces of a string": many("'fastapi' ", f"{_SETUP}setup(install_requires=[", "])\n"),
    "an f-string": many("{a}", f"{_SETUP}setup(install_requires=[f'fastapi", "'])\n"),
    "open brackets": many("[", f"{_SETUP}setup(install_requires="),
    "open quotes": many("'''", f"{_SETUP}setup(install_requires="),
    "comments": many("# setup require\n", _SETUP, "setup(install_requires=[])\n"),
    "numbers": many("1", f"{_SETUP}setup(install_requires=", ")\n"),
    "imports": many("from setuptools import setup\n", "", "setup(install_requires=['fastapi'])\n"),
    "carriage returns": many("a = 1\r", f"{_SETUP}", "setup(install_requires=['fastapi'])\r"),
    "form feeds": many("\f", _SETUP, "setup(install_requires=['fastapi'])\n"),
    "semicolons": many("a=1;", _SETUP, "setup(install_requires=['fastapi'])\n"),
    "long names": many("a", f"{_SETUP}setup(install_requires=", ")\n"),
    "reasons": doubling(_SETUP, "A0 = f()\n", "A{i} = f(A{j})\n", "setup(install_requires=[A{n}, A{n}])\n"),
    "file names": many("/", f"{_SETUP}setup(install_requires=f('requirements", "!'))\n"),
    "file name without end": many("requirements", f"{_SETUP}setup(install_requires=f('", "!'))\n"),
    "reasons of a name": lambda size: (
        f"{_SETUP}" + "A = f()\n" * (size // 16) + f"setup(install_requires=[{'g(A),' * (size // 10)}])\n"
    ),
    "names bound often": lambda size: (
        f"{_SETUP}" + "A = f()\n" * (size // 16) + f"setup(install_requires=[{'*A,' * (size // 6)}])\n"
    ),
    "chained setups": many(".setup()", f"{_SETUP}a", "\nsetup(install_requires=['fastapi'])\n"),
    "targets": many("a,", f"{_SETUP}", "b = ['fastapi']\nsetup(install_requires=a)\n"),
}

_NOX = "import nox\n@nox.session\ndef tests(session):\n"
_NOXFILE: dict[str, Text] = {
    "sessions": many("@nox.session\ndef t{i}(session):\n  session.install('fastapi')\n", "import nox\n"),
    "sessions and names": many(
        "@nox.session\ndef t{i}(session):\n  session.install(*A)\nA{i} = 1\n", "import nox\nA=['a']\n"
    ),
    "installs": many("  session.install('fastapi')\n", _NOX),
    "runs": many("  session.run('pip','install','fastapi')\n", _NOX),
    "a long run": many("'pip',", f"{_NOX}  session.run(", "'install')\n"),
    "doubled lists": doubling(
        "import nox\n",
        "A0 = ['fastapi']\n",
        "A{i} = A{j} + A{j}\n",
        "@nox.session\ndef t(session):\n  session.install(*A{n})\n",
    ),
    "installs of a long list": lambda size: (
        f"import nox\nA = [{repr('fastapi') + ','}{'1,' * (size // 4)}]\n@nox.session\ndef t(session):\n"
        + "  session.install(*A)\n" * (size // 44)
    ),
    "brackets": nested("[", "]", f"{_NOX}  session.install(", "'fastapi'", ")\n"),
    "additions": many("+['fastapi']", f"{_NOX}  session.install(*[]", ")\n"),
    "annotations": many(".a", "import nox\ndef t(s: a", "):\n  s.install('fastapi')\n"),
    "decorators": many(".a", "import nox\n@a", "\ndef t(s):\n  s.install('fastapi')\n"),
    "calls": many("()", "import nox\n@a", "\ndef t(s):\n  s.install('fastapi')\n"),
    "chained calls": many(".install('a')", f"{_NOX}  session", "\n"),
    "nested functions": lambda size: (
        "import nox\n"
        + "".join(" " * i + f"@nox.session\n{' ' * i}def f{i}(session):\n" for i in range(min(95, size)))
        + (" " * min(95, size) + "session.install('fastapi')\n") * (size // 120)
    ),
    "assignments": many("  a{i} = 1\n", _NOX, "  session.install('fastapi')\n"),
    "condas": many("'fastapi',", f"{_NOX}  session.conda_install(", ")\n"),
    "options": many("'-r','a{i}.txt',", f"{_NOX}  session.install(", ")\n"),
    "chdir": many("'-r','a.txt',", f"{_NOX}  session.chdir('a')\n  session.install(", ")\n"),
}


_SCRIPTS: dict[str, Text] = {
    "openings": many("# /// script\n"),
    "blocks": many("# /// script\n# dependencies = ['fastapi']\n# ///\n\n"),
    "closings": many("# ///\n", "# /// script\n"),
    "blocks of other types": many("# /// a{i}\n# a = 1\n# ///\n\n", "# /// script\n# a = 1\n# ///\n"),
    "a long type": many("a", "# /// script", "\n"),
    "lines": many("a = 1\n", "# /// script\n# dependencies = []\n# ///\n"),
    "comments": many("# a\n", "# /// script\n"),
    "carriage returns": many("# a\r", "# /// script\r", "# ///\r"),
}

_LOCK = "version = 1\n"
_LOCKS: dict[str, Text] = {
    "packages": many('[[package]]\nname = "a{i}"\nversion = "1.0"\n\n', _LOCK),
    "packages of one name": many('[[package]]\nname = "fastapi"\nversion = "0.{i}"\n\n', _LOCK),
    "packages without": many("[[package]]\n", _LOCK),
    "packages that are odd": many("[[package]]\nname = 'fastapi'\nversion = '0.{i}'\n\n", _LOCK),
    "bad versions": many('[[package]]\nname = "a{i}"\nversion = "x"\n\n', _LOCK),
    "numbers": many("1", 'version = 1\n[[package]]\nname = "fastapi"\nversion = "', '"\n'),
    "number of the lock": many("1", "version = ", "\n"),
    "blanks": many(" ", "[[package]]\nname = ", '"fastapi"\nversion = "1"\n'),
    "nested": nested("[", "]", "version = 1\na = ", "", "\n"),
    "keys": many("a.", "version = 1\n", "b = 1\n"),
    "many keys": many("a{i} = 1\n", "version = 1\n"),
    "conflict": many("<<<<<<< a\n", "version = 1\n"),
    "dependencies": many('"a>=1",', 'version=1\n[[package]]\nname="fastapi"\nversion="1"\ndependencies = [', "]\n"),
    "carriage returns": many('[[package]]\r\nname = "a{i}"\r\nversion = "1.0"\r\n\r\n', _LOCK),
    "ignores": many("# pincheck: ignore\n", _LOCK),
}
_POETRY_LOCK: dict[str, Text] = _LOCKS | {
    "rules": many('a{i} = ">=1"\n', '[[package]]\nname="fastapi"\nversion="1"\n[package.dependencies]\n'),
    "a union": many("||>=1", '[[package]]\nname="fastapi"\nversion="1"\n[package.dependencies]\na = ">=1', '"\n'),
    "clauses": many(",>=1", '[[package]]\nname="fastapi"\nversion="1"\n[package.dependencies]\na = ">=1', '"\n'),
}
_JSON: dict[str, Text] = {
    "packages": many('"a{i}": {"version": "==1.0"},', '{"default": {', '"b": {}}}'),
    "one package": many('"fastapi": {"version": "==1.0"},', '{"default": {', '"b": {}}}'),
    "categories": many('"c{i}": {"fastapi": {"version": "==1.{i}"}},', "{", '"b": {}}'),
    "arrays": nested("[", "]", '{"default": {"a": ', "", "}}"),
    "open arrays": many("[", '{"default": '),
    "objects": nested('{"a":', "}", '{"default": ', "1", "}"),
    "escapes": many("\\u0061", '{"default": {"fastapi": {"version": "==1', '"}}}'),
    "quotes": many('\\"', '{"default": {"fastapi": {"version": "==1', '"}}}'),
    "numbers": many("1", '{"default": {"fastapi": {"version": "==', '"}}}'),
    "huge numbers": many("1", '{"default": {"fastapi": {"version": ', "}}}"),
    "blanks": many(" ", "{", "}"),
    "strings": many('"a",', '{"default": {"fastapi": {"version": "==1", "a": [', '"b"]}}}'),
    "an open string": many("a", '{"default": "'),
    "conflict": many("<<<<<<< a\n", "{"),
}

# Formats whose readers are others'.
_DEPENDENCIES = "[project]\nname = 'a'\ndependencies = [\n"
_PROJECT: dict[str, Text] = _quoted(_DEPENDENCIES, "]\n") | {
    "tables": many("[tool.a{i}]\n", "[project]\nname = 'a'\n"),
    "arrays of tables": many("[[tool.a]]\nb = 1\n", "[project]\nname = 'a'\n"),
    "deep keys": many("a.", "[tool.", "b]\nc = 1\n"),
    "deep key in a table": many("a.", "[tool]\n", "b = 1\n"),
    "deep arrays": nested("[", "]", "[tool]\na = ", "", "\n"),
    "deep tables": nested("{a=", "}", "[tool]\na = ", "1", "\n"),
    "extras": many("a{i} = ['fastapi==0.112.0']\n", "[project.optional-dependencies]\n"),
    "groups": many("a{i} = ['fastapi==0.112.0']\n", "[dependency-groups]\n"),
    "groups that include": doubling(
        "[dependency-groups]\n", "a0 = ['fastapi']\n", "a{i} = [{include-group='a{j}'},{include-group='a{j}'}]\n", ""
    ),
    "a loop of groups": many("{include-group='a'},", "[dependency-groups]\na = [", "]\n"),
    "escapes": many("\\u0061", '[project]\ndependencies = ["', '"]\n'),
    "a long string": many("a", '[project]\ndependencies = ["', '"]\n'),
    "open strings": many('"""', "[project]\na = "),
    "quotes in a string": many('""a', '[project]\na = """', '"""\n'),
    "numbers": many("1", "[project]\na = ", "\n"),
    "comments": many("# a\n", "[project]\nname = 'a'\n"),
    "sources": many(
        "a{i} = {git = 'https://x.test/a'}\n", "[project]\ndependencies = ['fastapi']\n[tool.uv.sources]\n"
    ),
    "members": many("'a{i}',", "[tool.uv.workspace]\nmembers = [", "]\n"),
    "stars": many("**/", "[tool.uv.workspace]\nmembers = ['", "a']\n"),
    "overrides": many(
        "'fastapi==0.{i}',", "[project]\ndependencies=['fastapi']\n[tool.uv]\noverride-dependencies = [", "]\n"
    ),
    "newer": many("a{i} = {b=1,}\n", "[project]\n"),
    "newer times": many("a{i} = 10:00\n", "[project]\n"),
}
_POETRY: dict[str, Text] = {
    "dependencies": many('a{i} = "^1.0"\n', "[tool.poetry.dependencies]\n"),
    "groups": many('[tool.poetry.group.g{i}.dependencies]\nfastapi = "^0.112"\n', ""),
    "rules": many(",>=1", '[tool.poetry.dependencies]\nfastapi = ">=1', '"\n'),
    "unions": many(" || ^0.{i}", '[tool.poetry.dependencies]\nfastapi = "^0', '"\n'),
    "carets": many("^", '[tool.poetry.dependencies]\nfastapi = "', '"\n'),
    "blanks": many(" ", '[tool.poetry.dependencies]\nfastapi = "^', '!"\n'),
    "numbers": many("1", '[tool.poetry.dependencies]\nfastapi = "^', '"\n'),
    "dots": many("1.", '[tool.poetry.dependencies]\nfastapi = "^', '0"\n'),
    "tables": many('{version="^0.{i}", python="^3"},', "[tool.poetry.dependencies]\nfastapi = [", "]\n"),
    "extras": many('"a{i}",', "[tool.poetry.dependencies]\nfastapi = {version='^0.112', extras=[", "]}\n"),
    "extras of the project": many(
        'e{i} = ["fastapi"]\n', "[tool.poetry.dependencies]\nfastapi='^0.112'\n[tool.poetry.extras]\n"
    ),
    "markers": many(
        " or python_version<'3'",
        "[tool.poetry.dependencies]\nfastapi = {version='^0.112', markers=\"os_name=='a'",
        '"}\n',
    ),
    "pythons": many(" || ^3.{i}", "[tool.poetry.dependencies]\nfastapi = {version='^0.112', python='^3", "'}\n"),
}
_PDM: dict[str, Text] = {
    "groups": many("a{i} = ['fastapi==0.112.0']\n", "[tool.pdm.dev-dependencies]\n"),
    "overrides": many("a{i} = '1'\n", "[project]\ndependencies = ['fastapi']\n[tool.pdm.resolution.overrides]\n"),
}
_HATCH: dict[str, Text] = {
    "environments": many("[tool.hatch.envs.a{i}]\ndependencies = ['fastapi==0.112.0']\n", ""),
    "templates": many("[tool.hatch.envs.a{i}]\ntemplate = 'a{i}1'\n", ""),
    "braces": many("{root:", "[tool.hatch.envs.a]\ndependencies = ['fastapi @ ", "']\n"),
}
_PIPFILE: dict[str, Text] = {
    "packages": many('a{i} = "==1.0"\n', "[packages]\n"),
    "categories": many('[c{i}]\nfastapi = "==0.112.0"\n', ""),
    "rules": many(",>=1", '[packages]\nfastapi = ">=1', '"\n'),
    "blanks": many(" ", '[packages]\nfastapi = "==', '!"\n'),
    "numbers": many("1", '[packages]\nfastapi = "==', '"\n'),
}
_YAML: dict[str, Text] = {
    "dependencies": many("  - a{i}=1.0\n", "dependencies:\n"),
    "dependencies of one name": many("  - fastapi=0.112.{i}\n", "dependencies:\n"),
    "laughs": doubling("dependencies:\n  - fastapi\n", "a0: &a0 [x, x]\n", "a{i}: &a{i} [*a{j}, *a{j}, *a{j}]\n", ""),
    "laughs in it": lambda size: (
        "x:\n  - &a0 fastapi\n"
        + "".join(f"  - &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, size // 24))
        + f"dependencies:\n  - pip: *a{size // 24 - 1}\n  - *a{size // 24 - 1}\n"
    ),
    "merges": doubling("dependencies:\n  - fastapi\n", "a0: &a0 {x: 1}\n", "a{i}: &a{i} {<<: [*a{j}, *a{j}]}\n", ""),
    "flows": nested("[", "]", "dependencies: ", "fastapi", "\n"),
    "indents": lambda size: "dependencies:\n" + "".join(" " * i + "- \n" for i in range(1, int((2 * size) ** 0.5))),
    "pips": many("    - fastapi==0.112.{i}\n", "dependencies:\n  - pip:\n"),
    "blanks": many(" ", "dependencies:\n  - fastapi", "=0.112\n"),
    "quoted blanks": many(" ", "dependencies:\n  - 'fastapi", "!=0.112'\n"),
    "clauses": many(",>=1", "dependencies:\n  - fastapi>=1", "\n"),
    "unions": many("|>=1", "dependencies:\n  - fastapi>=1", "\n"),
    "brackets": many("[", "dependencies:\n  - 'fastapi", "'\n"),
    "keys": many("a='1',", 'dependencies:\n  - "fastapi[', 'a=1]"\n'),
    "numbers": many("1", "dependencies:\n  - fastapi=", "\n"),
    "parentheses": many("(", "dependencies:\n  - fastapi ", "1\n"),
    "colons": many("a:", "dependencies:\n  - ", ":fastapi\n"),
    "dashes": many("a-", "dependencies:\n  - ", "b.conda\n"),
    "quotes": many("''", "dependencies:\n  - '", "'\n"),
    "documents": many("---\n", "dependencies:\n  - fastapi\n"),
    "one key": many("dependencies:\n  - fastapi\n"),
    "question marks": many("? ", "dependencies:\n  - fastapi\n"),
    "anchors": many("&a{i} ", "dependencies:\n  - "),
    "tags": many("!", "dependencies:\n  - "),
    "comments": many("# a\n", "dependencies:\n  - fastapi\n"),
    "tabs": many("\t", "dependencies:\n  - fastapi", "\n"),
    "selectors": many("  - fastapi  # [win]\n", "dependencies:\n"),
}
_PIXI: dict[str, Text] = {
    "dependencies": many('a{i} = "1.0.*"\n', "[workspace]\nname='a'\n[dependencies]\n"),
    "features": many('[feature.a{i}.dependencies]\nfastapi = "0.112.*"\n', "[workspace]\nname='a'\n"),
    "targets": many('[target.a{i}.dependencies]\nfastapi = "0.112.*"\n', "[workspace]\nname='a'\n"),
    "rules": many(",>=1", "[workspace]\nname='a'\n[dependencies]\nfastapi = '>=1", "'\n"),
    "blanks": many(" ", "[workspace]\nname='a'\n[dependencies]\nfastapi = '>=", "!'\n"),
}

OWN: dict[str, dict[str, Text]] = {
    "Dockerfile": _RUN,
    "setup.cfg": _SETUP_CFG,
    "tox.ini": _TOX,
    "setup.py": _SETUP_PY,
    "noxfile.py": _NOXFILE,
    "script.py": _SCRIPTS,
    "uv.lock": _LOCKS,
    "pdm.lock": _LOCKS,
    "pylock.toml": _LOCKS,
    "poetry.lock": _POETRY_LOCK,
    "Pipfile.lock": _JSON,
}
OTHERS: dict[str, dict[str, Text]] = {
    "requirements.txt": _LINES,
    "pyproject.toml": _PROJECT
    | {f"poetry: {name}": text for name, text in _POETRY.items()}
    | {f"pdm: {name}": text for name, text in _PDM.items()}
    | {f"hatch: {name}": text for name, text in _HATCH.items()},
    "Pipfile": _PIPFILE,
    "environment.yml": _YAML,
    "pixi.toml": _PIXI,
    "tox.toml": {"lines": many("'fastapi==0.112.0',\n", "[env_run_base]\ndeps = [\n", "]\n")},
}
FORMATS = {**OWN, **OTHERS}
