"""What an upgrade does to the files of the working directory once the tests have passed."""

from pathlib import Path

from packaging.version import Version

from pincheck import candidates
from pincheck import edits as editing
from pincheck.commands import _gather
from pincheck.commands._reread import damage
from pincheck.model import Project
from pincheck.world import files
from tests.conftest import Ended


def move(package: str, version: str) -> Ended:
    """Move every declaration of a package and write the files, as an upgrade does."""
    settings, _ = _gather.settings([Path()])
    found = _gather.project([Path()], {}, settings)
    made = candidates.edits([d for d in found.declarations if d.name == package], Version(version))
    if isinstance(made, str):
        return Ended(1, f"{made}\n", "")
    changes, remarks = made
    sources = {source.path: source for source in found.sources}
    for name, edits in editing.by_path(changes).items():
        text = editing.apply(sources[name].text, edits)
        assert damage(sources[name], text, edits, {}) == ""
        files.write([(sources[name], text)])
    moved = _gather.project([Path()], {}, settings)
    assert meaning(moved, package) == meaning(found, package)
    return Ended(
        0, editing.diff({p: s.text for p, s in sources.items()}, changes) + "".join(f"{r}\n" for r in remarks), ""
    )


def meaning(found: Project, moved: str) -> list[tuple[object, ...]]:
    """Return what a project declares, the specifiers of one package left out."""
    return [
        (d.source.path, d.group, d.name, d.extras, d.marker, d.url, d.origin, d.name == moved or str(d.specifier))
        for d in found.declarations
    ]
