"""What a candidate must survive, one file each."""

from pincheck.gates import tests
from pincheck.gates.tests import Seen, Side, Trial

__all__ = ["GATES", "Seen", "Side", "Trial"]

GATES = (tests.try_side,)
