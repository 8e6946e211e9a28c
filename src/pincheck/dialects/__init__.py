"""What a version rule means and how it moves, in the words of each tool: one file per dialect."""

from pincheck.dialects import conda, pep440, pipenv, poetry, shell
from pincheck.dialects._dialect import Dialect, Moved, Unmovable
from pincheck.model import DialectName

__all__ = ["DIALECTS", "Dialect", "Moved", "Unmovable", "of"]


DIALECTS: tuple[Dialect, ...] = (pep440.DIALECT, poetry.DIALECT, pipenv.DIALECT, conda.DIALECT, shell.DIALECT)


def of(name: DialectName) -> Dialect:
    """Return the dialect of a name."""
    return next(dialect for dialect in DIALECTS if dialect.name == name)
