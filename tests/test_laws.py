"""What holds for every pin: how it moves, and that the short cuts say what the algebra says."""

from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pincheck import dialects, edits, pins
from pincheck.dialects import pep440
from pincheck.model import Edit, Span
from tests.conftest import path

number = st.integers(0, 200)
blank = st.sampled_from(["", " ", "  ", "\t", " \\\n ", "\\\r\n"])
series = st.builds(pins.Series, st.sampled_from([0, 0, 0, 0, 1]), st.sampled_from([0, 0, 0, 1, 2]), st.integers(0, 200))


@st.composite
def spelling(draw: st.DrawFn) -> tuple[str, pins.Series]:
    """Write a pin that stands inside one series, in any of the ways that people write one."""
    stays_in = draw(series)
    patch = draw(st.integers(0, 20))
    width = draw(st.sampled_from(["", ".0"]))
    prefix = draw(st.sampled_from(["", "", "v"]))
    start = draw(st.sampled_from([f"{stays_in}", f"{stays_in}.0", f"{stays_in}.{patch}", f"{stays_in}.0.0"]))
    end = draw(st.sampled_from([f"{stays_in.following}{width}", f"{stays_in.following}.dev0"]))
    clauses = draw(
        st.sampled_from(
            [
                [f"=={prefix}{start}"],
                [f"==={stays_in}.{patch}"],
                [f"=={stays_in}.*"],
                [f"~={stays_in}.{patch}"],
                [f">={prefix}{start}", f"<{end}"],
                [f"<{end}", f">={start}"],
                [f">={start}", f"<{end}", f"!={stays_in}.{patch + 1}"],
                [f"=={stays_in}.*", f"!={stays_in}.{patch}"],
                [f">={stays_in}.dev0", f"<{stays_in.following}.dev0"],
                [f"~={stays_in}.{patch}", f"<{end}"],
            ]
        )
    )
    written = ",".join(_spaced(draw, clause) for clause in clauses)
    return written + draw(st.sampled_from(["", "", ","])), stays_in


def _spaced(draw: st.DrawFn, clause: str) -> str:
    cut = len(clause) - len(clause.lstrip("=~!<>"))
    return f"{draw(blank)}{clause[:cut]}{draw(blank)}{clause[cut:]}{draw(blank)}"


def specifier_of(written: str) -> SpecifierSet:
    return SpecifierSet(written.replace("\\\r\n", "").replace("\\\n", ""))


def skeleton(written: str) -> str:
    """Return a specifier without what a move may change: its numbers."""
    kept = [c for c in written if not c.isdigit() and c != "."]
    return "".join(kept)


@given(spelling(), st.integers(1, 30), st.integers(0, 40))
def test_a_moved_pin_stands_where_it_should(pin: tuple[str, pins.Series], up: int, patch: int) -> None:
    written, stays_in = pin
    target = Version(f"{stays_in._replace(minor=stays_in.minor + up)}.{patch}")
    before = specifier_of(written)
    assume(not pins.is_empty(before))
    moved = pep440.move(written, target)
    assert isinstance(moved, dialects.Moved), moved
    after, new = specifier_of(moved.text), pins.series_of(target)
    assert pins.admits(after, target)
    assert pins.series(after) == new
    assert not pins.admits(after, Version(f"{new.following}.0"))
    if pins.is_exact(before):
        assert pins.is_exact(after)
    else:
        assert all(pins.admits(after, Version(f"{new}.{later}")) for later in (patch, patch + 1, patch + 500))


@given(spelling(), st.integers(1, 30), st.integers(0, 40))
def test_a_moved_pin_keeps_its_spelling(pin: tuple[str, pins.Series], up: int, patch: int) -> None:
    written, stays_in = pin
    target = Version(f"{stays_in._replace(minor=stays_in.minor + up)}.{patch}")
    assume(not pins.is_empty(specifier_of(written)))
    moved = pep440.move(written, target)
    assert isinstance(moved, dialects.Moved)
    if not moved.dropped:
        assert skeleton(moved.text) == skeleton(written)
    assert all(clause.startswith("!=") for clause in moved.dropped)
    assert moved.text.count(",") == written.count(",") - len(moved.dropped)


@given(spelling(), st.integers(1, 30))
def test_moving_to_where_it_stands_changes_nothing_more(pin: tuple[str, pins.Series], up: int) -> None:
    written, stays_in = pin
    target = Version(f"{stays_in._replace(minor=stays_in.minor + up)}.3")
    assume(not pins.is_empty(specifier_of(written)))
    once = pep440.move(written, target)
    assert isinstance(once, dialects.Moved)
    assert pep440.move(once.text, target) == dialects.Moved(once.text, ())


clause = st.builds(
    lambda operator, version: f"{operator}{version}",
    st.sampled_from(["==", ">=", "<", "<=", ">", "!=", "~="]),
    st.builds(
        lambda major, minor, patch, rest: f"{major}.{minor}{patch}{rest}",
        st.integers(0, 2),
        st.integers(0, 4),
        st.sampled_from(["", ".0", ".1", ".3", ".*"]),
        st.sampled_from(["", "", "", "rc1", ".dev0", ".post1"]),
    ),
)


@st.composite
def any_specifier(draw: st.DrawFn) -> SpecifierSet:
    """Join a few clauses over a small range of versions, wildcards only where they are allowed."""
    chosen = draw(st.lists(clause, max_size=3))
    valid = [c for c in chosen if ".*" not in c or (c[:2] in {"==", "!="} and c.endswith(".*"))]
    return SpecifierSet(",".join(valid))


@given(any_specifier(), any_specifier())
def test_the_short_cuts_say_what_the_algebra_says(left: SpecifierSet, right: SpecifierSet) -> None:
    mine, theirs = SpecifierSet(str(left), prereleases=True), SpecifierSet(str(right), prereleases=True)
    assert pins.is_empty(left) == mine.is_unsatisfiable()
    assert pins.is_subset(left, right) == mine.is_subset(theirs)
    assert pins.is_disjoint(left, right) == mine.is_disjoint(theirs)


@given(any_specifier())
def test_the_series_is_the_one_that_holds_everything(specifier: SpecifierSet) -> None:
    stays_in = pins.series(specifier)
    mine = SpecifierSet(str(specifier), prereleases=True)
    if stays_in is not None:
        assert mine.is_subset(stays_in.all)
        assert not mine.is_unsatisfiable()
    else:
        held = [pins.Series(0, major, minor).all for major in range(4) for minor in range(6)]
        assert mine.is_unsatisfiable() or not any(mine.is_subset(allowed) for allowed in held)


@given(any_specifier())
def test_exact_is_what_allows_one_version(specifier: SpecifierSet) -> None:
    mine = SpecifierSet(str(specifier), prereleases=True)
    names = [SpecifierSet(f"=={version}", prereleases=True) for version in pins.mentioned(specifier)]
    exact = not mine.is_unsatisfiable() and any(mine.is_subset(one) for one in names)
    assert pins.is_exact(specifier) == exact


@given(st.text(max_size=60), st.data())
def test_edits_touch_nothing_but_their_spans(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    spans = [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    assume(all(a.end <= b.start and a != b for a, b in pairwise(spans)))
    made = [Edit(path("f"), span, data.draw(st.text(max_size=5))) for span in spans]
    after = edits.apply(text, made)
    rest = text
    for edit in reversed(made):
        rest = rest[: edit.span.start] + edit.text + rest[edit.span.end :]
    assert after == rest
    assert edits.apply(text, [*made, *made]) == after
