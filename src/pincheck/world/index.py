"""The door to the indexes: which ones hold for a project, what they offer of a package, what a release requires."""

from packaging.version import Version

from pincheck.world._index_settings import Indexes, Terms, configured
from pincheck.world._metadata import NoMetadata, chosen, metadata
from pincheck.world._offered import Offered, offered

__all__ = [
    "Indexes", "NoMetadata", "Offered", "Terms",
    "configured", "installable", "metadata", "offered",
]  # fmt: skip


def installable(offered: Offered, version: Version) -> str:
    """Return the address of the file of a release that an installer here would take, `""` where there is none."""
    file = chosen([file for file in offered.files if file.version == version])
    return file.url if file else ""
