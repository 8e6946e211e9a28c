"""The door to the indexes: which ones hold for a project, what they offer of a package, what a release requires."""

from collections.abc import Iterable

from packaging.utils import NormalizedName

from pincheck.indexes import changelog_url
from pincheck.world import http
from pincheck.world._index_settings import Indexes, Terms, configured
from pincheck.world._metadata import NoMetadata, metadata
from pincheck.world._offered import Offered, offered, project_json
from pincheck.world.http import Client

__all__ = [
    "Indexes", "NoMetadata", "Offered", "Terms",
    "changelog", "configured", "metadata", "offered", "same_host",
]  # fmt: skip


def changelog(client: Client, index: str, name: NormalizedName) -> str:
    """Return the changelog's address from an index's project JSON (`/pypi/NAME/json`), `""` where it has none."""
    return changelog_url(project_json(client, index, name))


def same_host(url: str, indexes: Iterable[str]) -> bool:
    """Say whether an address has the scheme, host and port of a configured index."""
    here = http.origin(url)
    return here is not None and here in map(http.origin, indexes)
