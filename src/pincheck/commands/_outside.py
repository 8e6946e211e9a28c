"""What the outside says of one package: index, metadata, release notes, advisories, and where each was found."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck import advisories, candidates, changelog
from pincheck.changelog import Written
from pincheck.config import Config
from pincheck.errors import PincheckError
from pincheck.upgrades import Advisory, Digest, Fact, Metadata, Release, Weaknesses
from pincheck.world import advisories as world_advisories
from pincheck.world import cache, files, http, index
from pincheck.world import notes as world_notes
from pincheck.world.index import Indexes, Offered

Asked = tuple[NormalizedName, Version]


@dataclass(frozen=True, slots=True)
class Outside:
    """All that a run may ask of the world beyond the project, through one client.

    `notes` are the places that a person named on the command line, which are seen from the working directory; those of
    the settings are seen from `settings_folder`.
    """

    client: http.Client
    indexes: Indexes
    environ: Mapping[str, str]
    settings: Config
    settings_folder: Path
    notes: Mapping[NormalizedName, str]


@contextmanager
def opened(
    indexes: Indexes,
    environ: Mapping[str, str],
    settings: tuple[Config, Path],
    notes: Mapping[NormalizedName, str],
    *,
    offline: bool,
) -> Iterator[Outside]:
    """Give the outside of a project; with `offline` nobody is asked, and the cache answers."""
    kept = cache.default(environ)
    if offline and kept is None:
        raise PincheckError("`--offline` needs a cache, and there is none", "see `PINCHECK_CACHE` in the README")
    trusted = indexes.trusted_hosts
    with http.client(indexes.certificates, trusted, cache=kept, offline=offline, proxy=indexes.proxy) as client:
        yield Outside(client, indexes, environ, *settings, notes)


def metadata(outside: Outside, offer: Offered, version: Version) -> Metadata | str:
    """Return what a release says of itself, or why that cannot be had."""
    try:
        return index.metadata(outside.client, offer, version)
    except index.NoMetadata as error:
        return str(error)
    except http.Unreachable as error:
        return error.message


@dataclass(frozen=True, slots=True)
class Noted:
    """Release notes and where they are from; `written` is None where there are none, `missing` says why."""

    written: Written | None
    fact: Fact | None = None
    missing: str = ""
    passed_over: tuple[str, ...] = ()


def named_notes(outside: Outside, name: NormalizedName, now: Version) -> Noted | None:
    """Return the notes at the place that a person named, None where none is named.

    PincheckError where they cannot be had or read: what a person names and what fails is an error.
    """
    place, folder = outside.notes.get(name, ""), Path()
    if not place:
        place, folder = outside.settings.notes.get(name, ""), outside.settings_folder
        _require_inside(place, folder)
    if not place:
        return None
    told = world_notes.given(outside.client, place, folder, name, now, outside.environ)
    return Noted(told.written, Fact("release notes", told.source))


def _require_inside(place: str, folder: Path) -> None:
    """Raise PincheckError where the settings name a file that is not the project's, whoever wrote them."""
    try:
        path = world_notes.path(place)
    except (ValueError, RuntimeError):
        return  # It is no path, which is said where it is read.
    if path is not None and not files.is_inside(folder / path, [files.top(folder)]):
        raise PincheckError(
            f"release notes `{place}`: the settings name a file outside the project, which is not read",
            "name it with `--notes`, which may be any file",
        )


def found_notes(outside: Outside, name: NormalizedName, now: Version, of: Metadata | str, offer: Offered) -> Noted:
    """Return the notes that the package's own metadata leads to; those must tell of something above `now`."""
    known = of if isinstance(of, Metadata) else None
    archive = (
        world_notes.sdist(outside.client, offer, known.version) if known else "which release it would be is not known"
    )
    try:
        told = world_notes.find(outside.client, name, now, known, archive, outside.indexes, outside.environ)
    except world_notes.NotAvailable as error:
        first, *others = error.reasons
        more = f"; `--verbose` lists {len(others)} more places" if others else ""
        return Noted(None, missing=f"{first}{more}", passed_over=error.reasons)
    return Noted(told.written, Fact("release notes", told.source), passed_over=told.tried)


def answered(offer: Offered) -> Fact:
    """Return which index told of the versions."""
    places = [offer.answered] if offer.answered else list(offer.indexes.find_links)
    return Fact("versions", ", ".join(f"`{http.without_credentials(place)}`" for place in places))


def digest(
    name: NormalizedName, low: Version | None, high: Version, noted: Noted, published: Sequence[Release]
) -> Digest:
    """Return what the notes tell of the releases above `low` up to `high`, and what they and the index lack.

    The date of a release is that of its upload where the index tells it: in notes a date can be a slip of the pen.
    """
    above = low or Version("0.dev0")
    uploads = {release.version: release.uploaded.date() for release in published if release.uploaded}
    notes = tuple(
        replace(one, date=uploads.get(one.version, one.date))
        for one in (changelog.between(noted.written, above, high) if noted.written else ())
    )
    told = frozenset(one.version for one in notes)
    coming = changelog.unreleased(noted.written) if noted.written else None
    return Digest(
        name,
        low,
        high,
        notes,
        candidates.missing_notes(told, above, high, published),
        candidates.unpublished(told, published),
        noted.missing,
        len(coming.entries) if coming else 0,
        changelog.doubts(noted.written) if noted.written else (),
        noted.passed_over,
        (noted.fact,) if noted.fact else (),
    )


def remarks(outside: Outside) -> Iterator[str]:
    """Say of when the answers are where nobody was asked, and why none are kept where a cache was wanted."""
    client = outside.client
    if client.offline and client.oldest is not None:
        yield f"nobody was asked: the oldest of the answers used is of {client.oldest:%Y-%m-%d %H:%M} UTC"
    if client.store is not None and client.store.problem:
        yield f"answers are not kept for the next run: {client.store.problem}"


def weaknesses(outside: Outside, asked: Sequence[Asked]) -> Mapping[Asked, tuple[Advisory, ...]] | str:
    """Return the advisories for each version that is asked about, or why they were not looked up."""
    address = outside.environ.get("PINCHECK_ADVISORIES", outside.settings.advisories)
    if address in {"", "off"}:
        return {}
    if not asked:
        return {}
    try:
        return world_advisories.ask(outside.client, address, tuple(dict.fromkeys(asked)))
    except http.Unreachable as error:
        return error.message


def weigh(
    name: NormalizedName, now: Version, later: Version | None, told: Mapping[Asked, tuple[Advisory, ...]] | str
) -> Weaknesses:
    """Return what the advisories say of a package's current version and of the one to come."""
    if isinstance(told, str):
        return Weaknesses(unknown=told)
    before = told.get((name, now), ())
    after = told.get((name, later), ()) if later else ()
    return Weaknesses(before, after, advisories.fixes(before, after) if later else ())
