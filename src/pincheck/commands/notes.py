"""`pincheck notes`: what the release notes of a package tell of a range of versions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pincheck import changelog, indexes
from pincheck.commands import _gather, _outside
from pincheck.commands._outside import Noted, Outside
from pincheck.errors import PincheckError
from pincheck.model import Result
from pincheck.upgrades import Release
from pincheck.world import index
from pincheck.world.index import Offered


class _Range(NamedTuple):
    """Versions above `low` (None: from the first on) up to `high` (None: the newest); `only` one version."""

    low: Version | None
    high: Version | None
    only: bool = False


def run(package: str, versions: str, environ: Mapping[str, str], *, place: str, offline: bool) -> Result:
    """Return the digest of a range; PincheckError where there are no notes, or the range is none."""
    try:
        name = canonicalize_name(package, validate=True)
    except InvalidName:
        raise PincheckError(f"`{package}` is not the name of a package", "write it as `fastapi`") from None
    wanted = _range(versions)
    here = Path()
    given = {name: place} if place else {}
    configured = index.configured(here, environ)
    with _outside.opened(configured, environ, _gather.settings([here]), given, offline=offline) as outside:
        named = _outside.named_notes(outside, name, wanted.low or Version("0"))
        offer, published, remark = _published(outside, name, needed=named is None)
        high = _high(wanted, published, named, package)
        noted = named or _found(outside, name, wanted, high, offer, published)
    low = _below(high, published) if wanted.only else wanted.low
    digest = _outside.digest(name, low, high, noted, published)
    if not digest.notes:
        tried = "; ".join(noted.passed_over) or noted.missing  # an error is all there is: nothing else would list them
        where = f": {tried}" if noted.missing else f" in {noted.fact.place}" if noted.fact else ""
        raise PincheckError(f"no release notes of `{name}` for {versions}{where}", "name a place with `--notes PLACE`")
    if wanted.only:
        told = tuple(one for one in digest.notes if one.version == high)
        digest = replace(digest, low=None, notes=told, unpublished=())
    return Result(digests=(digest,), remarks=(*remark, *_outside.remarks(outside)))


def _range(written: str) -> _Range:
    """Read `LOW..HIGH`, `LOW..`, `..HIGH` or one version."""
    low, dots, high = written.partition("..")
    try:
        ends = [Version(part) if part else None for part in ((low, high) if dots else (low, low))]
    except (InvalidVersion, ValueError):
        raise PincheckError(f"`{written}` is not a range of versions", "write it as `0.112.0..0.141.1`") from None
    found = _Range(ends[0], ends[1], only=not dots)
    if found.low is not None and found.high is not None and found.low > found.high:
        raise PincheckError(f"`{written}` ends before it begins", f"write it as `{high}..{low}`")
    return found


def _published(
    outside: Outside, name: NormalizedName, *, needed: bool
) -> tuple[Offered | None, tuple[Release, ...], tuple[str, ...]]:
    """Return what the index has; where the notes are known without it, an index that fails is only remarked."""
    try:
        offer = index.offered(outside.client, outside.indexes, name)
    except PincheckError as error:
        if needed:
            raise
        return None, (), (f"which of these releases were published is not known: {error.message}",)
    return offer, indexes.releases(offer.files), ()


def _high(wanted: _Range, published: Sequence[Release], named: Noted | None, package: str) -> Version:
    """Return the last version of the range: the newest that is published, else the newest that is told of."""
    if wanted.high is not None:
        return wanted.high
    finals = [release.version for release in published if not release.version.is_prerelease]
    told = changelog.versions(named.written) if named and named.written else ()
    newest = max(finals or told, default=None)
    if newest is None:
        raise PincheckError(f"no release of `{package}` is known", "name both ends of the range")
    return newest


def _found(
    outside: Outside,
    name: NormalizedName,
    wanted: _Range,
    high: Version,
    offer: Offered | None,
    published: Sequence[Release],
) -> Noted:
    """Return the notes that the newest release of the range leads to, a pre-release only where there is no other.

    A pre-release may have been left behind: aiohttp's `4.0.0a1` is older than its `3.7`.
    """
    assert offer is not None
    until = [release.version for release in published if release.version <= high]
    finals = [version for version in until if not version.is_prerelease]
    inside = until if high.is_prerelease or not finals else finals
    of = _outside.metadata(outside, offer, inside[-1]) if inside else "no release of the range is published"
    low = (_below(high, published) if wanted.only else wanted.low) or Version("0.dev0")
    return _outside.found_notes(outside, name, low, of, offer)


def _below(version: Version, published: Sequence[Release]) -> Version | None:
    """Return the release before a version, so that the range between holds only that one."""
    return max((r.version for r in published if r.version < version), default=None)
