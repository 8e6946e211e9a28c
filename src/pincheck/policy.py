"""What a pin must look like: the built-in policies, and how a user writes one of their own.

The built-in ones are FastAPI's page "About FastAPI versions": pin `fastapi` to a version or one minor range, don't
pin `starlette`, keep `pydantic` at any range above 1.0.0.
"""

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pincheck import pins
from pincheck.model import Exact, Free, OneMinor, Policy, Unpinned, Within

_ONE_MINOR, _UNPINNED = OneMinor(), Unpinned()

BUILT_IN: dict[NormalizedName, Policy] = {
    NormalizedName("fastapi"): _ONE_MINOR,
    NormalizedName("starlette"): _UNPINNED,
    NormalizedName("pydantic"): Within(SpecifierSet(">1.0.0"), lenient=True),
}

NAMED: dict[str, Policy] = {
    "one-minor": _ONE_MINOR,
    "exact": Exact(),
    "unpinned": _UNPINNED,
    "free": Free(),
}


def parse(text: str) -> Policy:
    """Read a policy: one of the names, or a range such as `>=2,<3`; ValueError where it is neither."""
    if text in NAMED:
        return NAMED[text]
    if not text.strip():
        raise ValueError("a policy cannot be empty")
    allowed = pins.parse(text)
    if any(clause.operator == "===" for clause in allowed) or pins.is_empty(allowed):
        raise ValueError(f"`{text}` allows no version")
    return Within(allowed)
