"""Names: of packages, and of the files that declare them."""

import unicodedata
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import InvalidName, canonicalize_name

from pincheck import manifests, rules
from pincheck.commands import _gather
from pincheck.config import Config
from pincheck.manifests import _file_names, _names
from pincheck.manifests._pep508 import Place
from pincheck.manifests._tables import ruled
from pincheck.manifests._text import Stretch
from pincheck.model import Oddity, Source, Span

LOOK_ALIKE = {
    "f\u0430stapi": "U+0430 CYRILLIC SMALL LETTER A",
    "fastap\u0456": "U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I",
    "\uff46astapi": "U+FF46 FULLWIDTH LATIN SMALL LETTER F",
    "fa\u017ftapi": "U+017F LATIN SMALL LETTER LONG S",
    "fastap\u0131": "U+0131 LATIN SMALL LETTER DOTLESS I",
    "fast\u03b1pi": "U+03B1 GREEK SMALL LETTER ALPHA",
    "\u0192astapi": "U+0192 LATIN SMALL LETTER F WITH HOOK",
    "fast\u0251pi": "U+0251 LATIN SMALL LETTER ALPHA",
    "f\u1d00stapi": "U+1D00 LATIN LETTER SMALL CAPITAL A",
    "fast\u200bapi": "U+200B ZERO WIDTH SPACE",
    "fast\u00adapi": "U+00AD SOFT HYPHEN",
    "\u2060fastapi": "U+2060 WORD JOINER",
    "fastapi\ufeff": "U+FEFF ZERO WIDTH NO-BREAK SPACE",
    "fasta\u0301pi": "U+0301 COMBINING ACUTE ACCENT",
    "fast\u00e1pi": "U+00E1 LATIN SMALL LETTER A WITH ACUTE",
    "\U0001d41fastapi": "U+1D41F MATHEMATICAL BOLD SMALL F",
    "FAST\u0410PI": "U+0410 CYRILLIC CAPITAL LETTER A",
}


@pytest.mark.parametrize("name", LOOK_ALIKE)
@pytest.mark.parametrize(
    "after", ["==0.112.0", "[standard] >=0.112.0", "", " ; os_name == 'nt'", " @ https://x.test/f.zip"]
)
def test_a_name_of_other_letters_is_one_finding_and_no_declaration(name: str, after: str, project: Path) -> None:
    (project / "requirements.txt").write_text(f"{name}{after}\n", encoding="utf-8")
    found = _gather.project([project], {}, Config())
    assert found.declarations == ()
    assert found.problems == ()
    (finding,) = rules.check(found)
    assert (finding.code, finding.severity) == ("PIN120", "error")
    assert finding.message == f"looks like `fastapi` and is not: {LOOK_ALIKE[name]} in its name"


@pytest.mark.parametrize("name", LOOK_ALIKE)
def test_the_key_of_a_table_is_looked_at_too(name: str) -> None:
    source = Source(PurePosixPath("a.toml"), f'"{name}" = "==1"')
    key = Span(1, 1 + len(name))
    rule = Stretch.plain(source, Span(key.end + 5, key.end + 8))
    found = ruled(rule, name, key, Place(source, "", "declared"), "pep440")
    assert found == Oddity(source, key, "look-alike", "fastapi", LOOK_ALIKE[name])


@pytest.mark.parametrize("name", ["日本", "fastapi日", "пакет", "ñandú?", "\u200b", "-\u0430", "fast api", "a\u0430-"])
def test_a_name_that_looks_like_none_is_none(name: str) -> None:
    assert _names.look_alike(name) is None


@given(st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?", fullmatch=True))
def test_a_plain_name_is_no_look_alike(name: str) -> None:
    assert _names.look_alike(name) is None


PLAIN = "fastpi2-._"
ODD = "".join(sorted({character for name in LOOK_ALIKE for character in name if not character.isascii()}))


@given(st.text(alphabet=PLAIN + ODD, min_size=1, max_size=8), st.sampled_from(ODD), st.integers(0, 8))
def test_what_looks_like_a_name_is_none_itself(text: str, odd: str, place: int) -> None:
    written = f"f{text[:place]}{odd}{text[place:]}i"
    found = _names.look_alike(written)
    assert found is not None
    assert canonicalize_name(found.taken_for, validate=True) == found.taken_for
    assert len(found.characters) == len({character for character in written if not character.isascii()})
    with pytest.raises(InvalidName):
        canonicalize_name(written, validate=True)


@pytest.mark.parametrize("letter", sorted({*"fastapi", *"FASTAPI"}))
def test_every_compatibility_form_of_a_letter_is_known(letter: str) -> None:
    forms = [chr(code) for code in range(128, 0x20000) if unicodedata.normalize("NFKC", chr(code)) == letter]
    assert len(forms) > 10
    for form in forms:
        found = _names.look_alike(f"fast{form}pi")
        assert found is not None
        assert found.taken_for == f"fast{letter.lower()}pi"


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("FastAPI", True), ("fastAPI", True), ("FASTAPI", True),
        ("fast-api", False), ("fast_api", False), ("Fast.API", False), ("fastapi-cli", False), ("fastapi2", False),
    ],
)  # fmt: skip
def test_names_are_compared_in_normal_form(written: str, same: bool, project: Path) -> None:
    (project / "requirements.txt").write_text(f"{written}>=0.112.0\n")
    found = rules.check(_gather.project([project], {}, Config()))
    assert [finding.code for finding in found] == (["PIN101"] if same else [])


# --- files

BY_NAME = (
    *("requirements.txt", "requirements-dev.txt", "requirements-3.11.txt", "requirements_versions.txt"),
    *("Requirements.txt", "requirement.txt", "requirements.prod.txt", "requirements.in", "requirements-docs.in"),
    *("dev-requirements.txt", "test_requirements.txt", "docs/requirements.txt", "a/b/c/requirements.txt"),
    *("reqs.txt", "req.txt", "reqs-dev.txt", "dev-reqs.txt", "req_dev.txt", "requires.txt", "test-requires.txt"),
    *("constraints.txt", "constraints-3.11.txt", "upper-constraints.txt", "constraint.txt", "constraints.in"),
    *("requirements/base.txt", "requirements/dev.in", "requirements/py311.txt", "a/Requirements/prod.txt"),
)
BY_LOOK = (
    *("dev.in", "base.in", "test.in", "anything.in", "deps.txt", "dev.txt", "dependencies.txt", "test-deps.txt"),
    *("python-packages.txt", "pip.txt", "pip_freeze.txt", "common.txt", "prod.txt", "py311.txt"),
    *("requirements.txt-tpl", "requirements.txt.j2", "requirements-dev.in.tmpl", "requirements.txt.example"),
)
NEVER = (
    *("MANIFEST.in", "Makefile.in", "configure.in", "config.h.in", "version.py.in", "a.pc.in", "notes.txt"),
    *("LICENSE.txt", "robots.txt", "requirements/LICENSE.txt", "requirements/README.txt", "requirements/notes.txt"),
    *("packages.txt", "requirements.md", "requirements", "prerequisites.txt", "CMakeLists.txt", "unrequited.txt"),
    *("request.txt", "frequency.txt", "quality-req.txt", "package.json.j2", "notes.txt.j2", ".pre-commit-hooks.yaml"),
)


@pytest.mark.parametrize(
    ("name", "plain", "prose"),
    [
        *((name, True, True) for name in BY_NAME),
        *((name, True, False) for name in BY_LOOK),
        *((name, False, False) for name in NEVER),
    ],
)
def test_a_requirements_file_is_known_by_its_name_or_its_look(name: str, plain: bool, prose: bool) -> None:
    claimed = [
        any(found.name == "requirements" for found in manifests.formats_of(PurePosixPath(name), text))
        for text in ("fastapi==0.112.0\n", "This is how to install fastapi.\n")
    ]
    assert claimed == [plain, prose]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fastapi\nuvicorn[standard]>=0.30 ; python_version > '3.8'  # why\n", True),
        ("# only what we need\n\n-r base.txt\n-e ./pkg[dev]\n./lib\n../other\n.\n", True),
        ("fastapi==0.112.0 \\\n    --hash=sha256:aa \\\n    # via x\nidna # c\n", True),
        ("\ufefffastapi @ git+https://x.test/f\nhttps://x.test/f.zip\nx@./y\n", True),
        ("fastapi=0.112.0\nidna ^1\n", True),  # Wrong, and worth telling.
        ("f\u0430stapi\n", True),
        ("--index-url https://x.test\r\nfastapi --pre\r\n", True),
        ("", False),
        ("# fastapi\n", False),
        ("3\n1 2 3\n", False),
        ("5\n7\n", False),
        ("fastapi\nand some words\n", False),
        ("Dear @NAME@,\nfastapi\n", False),
        ("me@example.com\n", False),
        ("fastapi=={{ version }}\n", False),
        ("{% if x %}\nfastapi\n{% endif %}\n", False),
        ("include README.md\n", False),
        ("__version__ = '@V@'\n", False),
    ],
)
def test_a_text_looks_like_requirements_where_every_line_does(text: str, expected: bool) -> None:
    assert _file_names.looks_like_one(text) == expected


def test_a_file_that_is_no_text_is_passed_over_where_only_its_look_would_tell(project: Path) -> None:
    (project / "dev.txt").write_bytes(b"fastapi \xff\n")
    (project / "deps.txt").write_bytes(b"fastapi\x00\n")
    assert _gather.project([project], {}, Config()).problems == ()
    (project / "reqs.txt").write_bytes(b"fastapi \xff\n")
    assert [str(problem.source.path) for problem in _gather.project([project], {}, Config()).problems] == ["reqs.txt"]
