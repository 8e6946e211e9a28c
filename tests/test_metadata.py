"""Core metadata read as values: what cannot be read is a problem and loses nothing else."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck import metadata

HEAD = "Metadata-Version: 2.4\nName: Fast_API\nVersion: 0.112.0\n"


def test_a_whole_file() -> None:
    found = metadata.parse(
        f"{HEAD}Summary: x\nRequires-Python: >=3.8\nRequires-Dist: starlette<0.38,>=0.37\n"
        'Requires-Dist: httpx>=0.23; extra == "standard"\nProject-URL: Release Notes!, https://a.example/notes\n'
        "Project-URL: Source, https://b.example\nHome-page: https://c.example\nDescription-Content-Type: text/markdown\n"
        "\n# FastAPI\n\nè\n",
        "https://files.example/fastapi-0.112.0-py3-none-any.whl",
    )
    assert (found.name, found.version) == (NormalizedName("fast-api"), Version("0.112.0"))
    assert found.requires_python == SpecifierSet(">=3.8")
    assert [str(requirement) for requirement in found.requires] == [
        "starlette<0.38,>=0.37",
        'httpx>=0.23; extra == "standard"',
    ]
    assert found.urls == (
        ("Release Notes!", "https://a.example/notes"),
        ("Source", "https://b.example"),
        ("Home-page", "https://c.example"),
    )
    assert (found.description, found.description_type) == ("# FastAPI\n\nè\n", "text/markdown")
    assert (found.source, found.problems) == ("https://files.example/fastapi-0.112.0-py3-none-any.whl", ())


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Requires-Dist: starlette (>=0.1", "a Requires-Dist cannot be read: `starlette (>=0.1`"),
        ("Requires-Dist: \x1b[31m", "a Requires-Dist cannot be read: `\x1b[31m`"),
        (f"Requires-Dist: a>=1.{'9' * 5000}", "a Requires-Dist cannot be read: `a>=1.9999"),
        (f"Requires-Dist: a; {'(' * 5000}", "a Requires-Dist cannot be read: `a; (((("),
        ("Requires-Python: three", "its Requires-Python cannot be read: `three`"),
        (f"Requires-Python: >=3.{'9' * 5000}", "its Requires-Python cannot be read: `>=3.9999"),
        ("Requires-Python: >=3\nRequires-Python: >=4", "its Requires-Python stands there more than once"),
    ],
)
def test_one_part_that_cannot_be_read_loses_nothing_else(line: str, problem: str) -> None:
    found = metadata.parse(f"{HEAD}{line}\nRequires-Dist: anyio>=4\n", "")
    assert [str(requirement) for requirement in found.requires] == ["anyio>=4"]
    (told,) = found.problems
    assert told.startswith(problem)
    assert len(told) < 300


def test_a_label_that_stands_there_twice_is_kept_twice() -> None:
    found = metadata.parse(f"{HEAD}Project-URL: Docs, https://a.example\nProject-URL: Docs, https://b.example\n", "")
    assert found.urls == (("Docs", "https://a.example"), ("Docs", "https://b.example"))


@pytest.mark.parametrize(
    ("text", "description"),
    [
        (f"{HEAD}Description: short\n", "short"),
        (f"{HEAD}\nbody\n", "body\n"),
        (f"{HEAD}Description: short\n\na longer body\n", "a longer body\n"),
        (HEAD, ""),
    ],
)
def test_the_description_is_the_body_or_the_header_of_old(text: str, description: str) -> None:
    assert metadata.parse(text, "").description == description


@pytest.mark.parametrize("url", ["UNKNOWN", ""])
def test_what_stood_for_no_address_is_none(url: str) -> None:
    assert metadata.parse(f"{HEAD}Home-page: {url}\nDownload-URL: {url}\n", "").urls == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no name"),
        ("Name: x\n", "no version"),
        ("Version: 1\n", "no name"),
        ("Name: x y\nVersion: 1\n", "no name"),
        ("Name: x\nName: y\nVersion: 1\n", "no name"),
        ("Name: x\nVersion: one\n", "its version `one` is none"),
        (f"Name: x\nVersion: 1.{'9' * 5000}\n", "its version `1.999"),
        ("{}", "no name"),
        ("\nName: x\nVersion: 1\n", "no name"),
    ],
)
def test_what_is_no_metadata_is_a_value_error(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as error:
        metadata.parse(text, "")
    assert len(str(error.value)) < 300


def test_a_million_requirements_are_not_read() -> None:
    found = metadata.parse(HEAD + "Requires-Dist: a\n" * 20_000, "")
    assert len(found.requires) == metadata.MOST_REQUIREMENTS
    assert found.problems == ("of 20000 requirements only the first 10000 are read",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Metadata-Version: 2.2\n", ""),
        ("Metadata-Version: 2.4\nDynamic: License\n", ""),
        ("Metadata-Version: 2.1\n", "its metadata is of version `2.1`, in which nothing is binding"),
        ("", "its metadata is of version `1.0`, in which nothing is binding"),
        ("Metadata-Version: x\n", "its metadata is of version `x`, in which nothing is binding"),
        ("Metadata-Version: 2.2\nDynamic: requires-dist\n", "its metadata leaves Requires-Dist to the build"),
        (
            "Metadata-Version: 2.3\nDynamic: Requires-Python\nDynamic: Requires-Dist\n",
            "its metadata leaves Requires-Dist and Requires-Python to the build",
        ),
    ],
)
def test_what_a_source_distribution_settles(text: str, why: str) -> None:
    assert metadata.why_unsettled(text) == why


@given(st.text(alphabet="NameVrsionRqu-Dt:;<>=.,()[]'\" \n\r\té01\x00\x1b", max_size=200))
def test_any_text_is_metadata_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        metadata.parse(HEAD + text, "")
        metadata.why_unsettled(text)
        metadata.parse(text, "")
