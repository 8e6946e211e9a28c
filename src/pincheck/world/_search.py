"""The search for release notes: place after place, until one tells of the versions that are asked about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck import changelog
from pincheck.changelog import Written, _addresses
from pincheck.changelog._addresses import Page, Place, Raw, Releases, Repository
from pincheck.upgrades import Metadata
from pincheck.world import _github, _sdists, http
from pincheck.world._github import GITHUB, Asker, Forge, Missing
from pincheck.world._sdists import Sdist
from pincheck.world.index import Indexes

ACCEPT = "text/markdown, text/plain;q=0.9, */*;q=0.1"
_MOST_LABELLED = 4
_LARGEST = 16 * 1024 * 1024
_OK = 200

# How much a reason helps, the most helpful first: what a person can change, what was nearly right, what failed, what
# is not there.
_ADVICE, _NEARLY, _FAILED, _ABSENT = range(4)


class NotAvailable(Exception):
    """There are no release notes to be had; `reasons` say why, place by place, the most helpful first."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class Told(NamedTuple):
    """Release notes, and where they are from; `tried` says why the places before it were passed over."""

    written: Written
    source: str
    tried: tuple[str, ...] = ()


@dataclass(slots=True)
class _Search:
    """What is looked for, by whom, and how far that has come.

    Wanted are the versions after `now`, up to `next` (None: the newest). `reasons` say why places were passed over,
    and how much it would help to know; `second` is the best place that is not good enough.
    """

    asker: Asker
    package: NormalizedName
    now: Version
    next: Version | None = None
    asked: set[Place] = field(default_factory=set)
    reasons: list[tuple[int, str]] = field(default_factory=list)
    second: Told | None = None

    def passed_over(self, rank: int, reason: str) -> None:
        reason = _addresses.readable(reason)
        if reason not in {known for _, known in self.reasons}:
            self.reasons.append((rank, reason))

    def missed(self, error: Missing) -> None:
        self.passed_over(_ADVICE if error.limited else _FAILED, str(error))

    @property
    def tried(self) -> tuple[str, ...]:
        """The reasons, those that help most first."""
        return tuple(reason for _, reason in sorted(self.reasons, key=lambda one: one[0]))


def find(  # noqa: PLR0913 - what is asked for, where, and as whom
    client: http.Client, package: NormalizedName, now: Version, metadata: Metadata | None, sdist: Sdist | str,
    indexes: Indexes, environ: Mapping[str, str], *, forge: Forge = GITHUB,
) -> Told:  # fmt: skip
    """Return the release notes from the first place that tells of a version after `now` up to that of the metadata.

    The places are those that the metadata labels as changelog, the repository that it names, the source distribution
    (or why there is none), the long description. One that tells of later versions only is taken where no other is
    better (and `tried` says so); one that ends at `now` or before is passed over. NotAvailable says why there is none.
    """
    public = http.Public.but([*indexes.urls, forge.api, forge.raw])
    asker = Asker(client, public, forge, _github.token(environ))
    search = _Search(asker, package, now, metadata.version if metadata else None)
    if metadata is None:
        search.passed_over(_ABSENT, f"the metadata of `{package}` cannot be had")
    for written, source in _written(search, metadata, sdist):
        told = _judged(search, written, source)
        if told is not None:
            return told._replace(tried=search.tried)
    if search.second is not None:
        return search.second._replace(tried=search.tried)
    raise NotAvailable(*(search.tried or ("there is no place to look for them",)))


def given(
    client: http.Client, url: str, package: NormalizedName, now: Version, environ: Mapping[str, str], forge: Forge
) -> Told | str:
    """Return the release notes at an address that a person named, or why there are none.

    The page of a file on GitHub leads to the file, a repository to its releases or its changelog.
    """
    search = _Search(Asker(client, None, forge, _github.token(environ)), package, now)
    for written, source in _at(search, _addresses.place(url)):
        if changelog.versions(written):
            return Told(written, source)
        search.passed_over(_NEARLY, f"{source}: no heading with a version")
    return next(iter(search.tried), "it leads from link to link")


def _judged(search: _Search, written: Written, source: str) -> Told | None:
    """Return notes that tell of the range; what is wrong with others is noted."""
    versions = changelog.versions(written)
    if not versions:
        search.passed_over(_FAILED, f"{source}: no heading with a version")
    elif max(versions) <= search.now:
        search.passed_over(_NEARLY, f"{source}: tells of nothing after `{max(versions)}`")
    elif any(search.now < version and (not search.next or version <= search.next) for version in versions):
        return Told(written, source)
    else:
        search.second = search.second or Told(written, source)
        search.passed_over(_NEARLY, f"{source}: tells of later versions than `{search.next}` only")
    return None


_Texts = Iterator[tuple[Written, str]]


def _written(search: _Search, metadata: Metadata | None, sdist: Sdist | str) -> _Texts:
    """Yield the texts of one place after the other, each with its source; nothing is asked before it is needed."""
    yield from _labelled(search, metadata)
    yield from _repository(search, metadata)
    yield from _sdist(search, sdist)
    if metadata is not None and metadata.description.strip():
        media_type = metadata.description_type.partition(";")[0].strip().lower()
        written = Written(metadata.description, media_type, "", search.package)
        yield written, f"the long description of `{search.package}` `{metadata.version}`"


def _labelled(search: _Search, metadata: Metadata | None) -> _Texts:
    """Yield what is at the addresses that the metadata labels as release notes."""
    found = _addresses.changelogs(metadata.urls) if metadata else ()
    if metadata and not found:
        search.passed_over(_ABSENT, f"the metadata of `{search.package}` names no changelog")
    for place in found[:_MOST_LABELLED]:
        yield from _at(search, place)


def _repository(search: _Search, metadata: Metadata | None) -> _Texts:
    """Yield what the repository holds that the metadata names."""
    found = _addresses.repository(metadata.urls) if metadata else None
    if found is not None:
        yield from _of_repository(search, found)
    elif metadata is not None:
        search.passed_over(_ABSENT, f"the metadata of `{search.package}` names no repository on GitHub")


def _of_repository(search: _Search, found: Repository) -> _Texts:
    """Yield the releases of a repository and its changelog; one in a folder of its own has its changelog there."""
    if found.folder:
        yield from _files(search, found)
    yield from _at(search, Releases(Repository(found.owner, found.name)))
    if not found.folder:
        yield from _files(search, found)


def _files(search: _Search, found: Repository) -> _Texts:
    """Yield the files of a repository that have one of the usual names."""
    there = False
    for path in _addresses.usual(found):
        place = Raw(Repository(found.owner, found.name), path)
        try:
            for written in _raw(search, place):
                there = True
                yield written, f"`{written.path}`"
        except _github.Absent:
            continue
        except Missing as error:
            search.missed(error)
            return
    if not there:
        shown = "/".join(part for part in ("github.com", found.owner, found.name, found.folder) if part)
        search.passed_over(_ABSENT, f"`{shown}` has no changelog under a usual name")


def _at(search: _Search, place: Place | Repository) -> _Texts:
    """Yield what is at a place, if it was not asked before."""
    if isinstance(place, Repository):
        yield from _of_repository(search, place)
        return
    try:
        if isinstance(place, Raw):
            for written in _raw(search, place):
                yield written, f"`{written.path}`"
        elif place not in search.asked:
            search.asked.add(place)
            written = _got(search.asker, place, search.now, search.package)
            yield written, f"`{written.path}`"
    except Missing as error:
        search.missed(error)


def _raw(search: _Search, place: Raw) -> Iterator[Written]:
    """Yield a file of a repository; one that is a link to another file yields that."""
    for _ in range(3):
        if place in search.asked:
            return
        search.asked.add(place)
        written = _github.file(search.asker, place, search.package)
        target = _addresses.pointed(written.text, place.path)
        if not target:
            yield written
            return
        place = place._replace(path=target)


def _got(asker: Asker, place: Page | Releases, now: Version, package: str) -> Written:
    """Return what is at a place; Missing where it cannot be had."""
    if isinstance(place, Releases):
        return _github.releases(asker, place.repository, now, package)
    url = _encrypted(place.url, asker.public)
    shown = http.without_credentials(url)
    try:
        answer = http.get(asker.client, url, ACCEPT, public=asker.public, largest=_LARGEST)
    except http.Unreachable as error:
        raise Missing(error.message) from None
    if answer.status != _OK:
        raise Missing(f"`{shown}` answered {answer.status}")
    return Written(answer.text, answer.media_type, answer.url, package)


def _encrypted(url: str, public: http.Public | None) -> str:
    """Return an address as it has to be for a stranger's to be asked; old metadata often says `http`."""
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        return url
    if public is None or parts.scheme != "http" or http.origin(url) in public.besides or port not in {None, 80}:
        return url
    return urlunsplit(parts._replace(scheme="https", netloc=parts.netloc.removesuffix(":80")))


def _sdist(search: _Search, sdist: Sdist | str) -> _Texts:
    """Yield the changelogs in the source distribution."""
    if isinstance(sdist, str):
        search.passed_over(_ABSENT, sdist)
        return
    found = _sdists.notes(sdist, search.asker.client.store, search.package)
    if isinstance(found, str):
        search.passed_over(_FAILED, found)
        return
    filename = urlsplit(sdist.url).path.rpartition("/")[2]
    if not found:
        search.passed_over(_ABSENT, f"`{filename}` holds no changelog")
    for written in found:
        yield written, f"`{written.path}` in `{filename}`"
