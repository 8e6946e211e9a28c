"""PDM's own tables: development groups and overrides."""

import pytest

from pincheck import manifests
from pincheck.manifests import Reading
from pincheck.model import Source
from tests.conftest import path


def read(text: str) -> Reading:
    found = manifests.read(Source(path("pyproject.toml"), text), environ={})
    assert found is not None
    return found


DEV = """[tool.pdm.dev-dependencies]
test = [
  "fastapi[standard] ~=0.112.0 ; python_version > '3.8'",
  "-e file:///${PROJECT_ROOT}/packages/core#egg=my_core[fast]",
  "-e git+https://${TOKEN}@x.test/other.git@main#egg=other",
  "--editable=./tool",
  "-e git+https://x.test/nameless.git",
  "lib @ file:///${PROJECT_ROOT}/lib",
  "wheel @ https://${USER}:${PASSWORD}@x.test/starlette-0.37.2-py3-none-any.whl",
]
lint = ["ruff", 1, "-e", "=="]
"""


def test_groups_hold_requirements_and_editables() -> None:
    found = read(DEV)
    assert [(d.name, d.group, str(d.specifier), d.url) for d in found.declarations] == [
        ("fastapi", "test", "~=0.112.0", ""),
        ("my-core", "test", "", "file:///${PROJECT_ROOT}/packages/core#egg=my_core[fast]"),
        ("other", "test", "", "git+https://${TOKEN}@x.test/other.git@main#egg=other"),
        ("lib", "test", "", "file:///${PROJECT_ROOT}/lib"),
        ("wheel", "test", "==0.37.2", "https://${USER}:${PASSWORD}@x.test/starlette-0.37.2-py3-none-any.whl"),
        ("ruff", "lint", "", ""),
    ]
    assert found.declarations[1].extras == {"fast"}
    assert [(i.kind, i.target) for i in found.includes] == [
        ("project", "packages/core"),
        ("project", "./tool"),
        ("project", "lib"),
    ]
    assert [left.subject for left in found.left_alone] == ["git+https://x.test/nameless.git"]
    lines = [problem.source.position(problem.span.start)[0] for problem in found.problems]
    assert lines == [11, 11, 11]


# Value, meaning: PDM puts `==` before what is no specifier (`pdm.utils.get_requirement_from_override`).
@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("0.112.0", "==0.112.0"),
        ("0.112.*", "==0.112.*"),
        (">=0.112,<0.113", "<0.113,>=0.112"),
        ("~=0.112.0", "~=0.112.0"),
    ],
)
def test_an_override_is_a_version_or_a_specifier(value: str, meaning: str) -> None:
    found = read(f'[tool.pdm.resolution.overrides]\n"FastAPI" = "{value}"\n')
    (declared,) = found.declarations
    assert (declared.name, declared.origin, str(declared.specifier)) == ("fastapi", "override", meaning)
    assert declared.source.at(declared.specifier_span) == value


@pytest.mark.parametrize(
    ("value", "targets"),
    [
        ("git+https://x.test/f.git@0.112.0", []),
        ("https://x.test/fastapi-0.112.0-py3-none-any.whl", []),
        ("file:///${PROJECT_ROOT}/vendor/fastapi", ["vendor/fastapi"]),
    ],
)
def test_an_override_may_be_a_url(value: str, targets: list[str]) -> None:
    found = read(f'[tool.pdm]\nresolution.overrides.fastapi = "{value}"\n')
    (declared,) = found.declarations
    assert (declared.url, declared.origin, declared.fixed) == (value, "override", "it is a direct reference")
    assert str(declared.specifier) == ("==0.112.0" if value.endswith(".whl") else "")
    assert [include.target for include in found.includes] == targets


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[tool.pdm.resolution.overrides]\nfastapi = "*"\n', "PDM reads `*` here as `==*`"),
        ('[tool.pdm.resolution.overrides]\nfastapi = "=0.1"\n', "did you mean `==`?"),
        ('[tool.pdm.resolution.overrides]\nfastapi = "^0.1"\n', "Poetry's"),
        ("[tool.pdm.resolution.overrides]\nfastapi = 1\n", "must be a version or a URL"),
        ("[tool.pdm.resolution]\noverrides = []\n", "must be a table"),
        ("[tool.pdm]\ndev-dependencies = []\n", "must be a table"),
        ("[tool.pdm.dev-dependencies]\ntest = 1\n", "must be an array of strings"),
        (
            "[project.optional-dependencies]\nTest_All = []\n[tool.pdm.dev-dependencies]\ntest-all = []\n",
            "a group of development dependencies and an extra",
        ),
    ],
)
def test_what_pdm_refuses_is_a_problem(text: str, reason: str) -> None:
    found = read(text)
    assert found.declarations == ()
    (problem,) = found.problems
    assert reason in problem.reason
    assert problem.span.start > 0


def test_excludes_require_nothing_and_void_what_does() -> None:
    found = read('[tool.pdm.resolution]\nexcludes = ["FastAPI", "httpx[cli] ; os_name == \'nt\'"]\n')
    assert (found.declarations, found.problems) == ((), ())
    assert [(oddity.kind, oddity.name) for oddity in found.oddities] == [("voided", "fastapi"), ("voided", "httpx")]


def test_a_project_without_pdm_says_nothing() -> None:
    assert read("[tool.other]\nx = 1\n") == Reading()
