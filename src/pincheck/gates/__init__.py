"""What a candidate must survive, one file each."""

from pincheck.gates import resolution, tests
from pincheck.gates.tests import Seen, Side, Trial

__all__ = ["GATES", "Seen", "Side", "Trial"]

GATES = (resolution.refused, tests.try_side)
