"""The nouns of an upgrade: what the outside says, what is tried, and how it ends."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pincheck.model import Edit


@dataclass(frozen=True, slots=True)
class Release:
    """One published version, as the index tells it; `uploaded` is None where the index gives no time.

    `yanked_reason` is in its publisher's words, `""` where there are none.
    """

    version: Version
    uploaded: datetime | None
    yanked: bool
    requires_python: SpecifierSet
    yanked_reason: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What one published file says of its package (core metadata specification).

    `urls` are its project URLs, label and address as written; `description` is the long one; `source` says where it
    was read, without credentials; `problems` are the parts that cannot be read, each with its reason.
    """

    name: NormalizedName
    version: Version
    requires_python: SpecifierSet
    requires: tuple[Requirement, ...] = ()
    urls: tuple[tuple[str, str], ...] = ()
    description: str = field(default="", repr=False)
    description_type: str = ""
    source: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advisory:
    """One published weakness of one version: `severity` is critical, high, moderate, low or unknown.

    `fixed` are the lowest versions without it, one for each line of releases; `link` leads to its page.
    """

    id: str
    aliases: tuple[str, ...]
    summary: str
    severity: str
    fixed: tuple[Version, ...]
    link: str


Kind = Literal[
    "breaking", "security", "deprecation", "dependency", "feature", "fix", "change", "other", "noise"
]  # the order in which a digest tells of them


@dataclass(frozen=True, slots=True)
class Companion:
    """What a release asks of Python (`python`) or of another package: a specifier, `""` for any version, None for nothing.

    `before` is what the current version asks; with `known` false that is not known.
    """

    name: NormalizedName
    before: str | None
    after: str | None
    known: bool = True

    @property
    def changes(self) -> bool:
        """Whether the candidate asks something else than the current version."""
        return self.known and self.before != self.after


@dataclass(frozen=True, slots=True)
class Weaknesses:
    """What the advisories say of two versions of a package; `unknown` says why nothing is known (`""`: it is)."""

    now: tuple[Advisory, ...] = ()
    later: tuple[Advisory, ...] = ()
    fixed: tuple[Advisory, ...] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Where something is known from: what it is, and the place without credentials."""

    subject: str
    place: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One change, as release notes tell it: plain text of an item or paragraph, and the links that it had.

    `line` is the one-based line it starts on, 0 where the form has no lines. `signal` holds the words of the text
    that gave the entry its kind, `""` where the title of its category, or a label of its own, did.
    """

    category: str
    text: str
    links: tuple[str, ...] = ()
    kind: Kind = "other"
    line: int = 0
    signal: str = ""

    @property
    def breaking(self) -> bool:
        """Tell whether code that works may stop working."""
        return self.kind == "breaking"

    @property
    def noise(self) -> bool:
        """Tell whether this is of no interest to who uses the package: documentation, translations, internals."""
        return self.kind == "noise"


@dataclass(frozen=True, slots=True)
class Notes:
    """One release, as its notes tell it; `line` is the one-based line of its heading, 0 where there are no lines.

    `status` is released, yanked or unpublished, as the notes say; `link` leads to just this release (`""`: not known).
    """

    version: Version
    date: date | None
    line: int
    entries: tuple[Entry, ...] = ()
    status: str = "released"
    link: str = ""


@dataclass(frozen=True, slots=True)
class Coming:
    """What release notes tell of changes that no release has yet: to be shown, never to be proposed."""

    title: str
    line: int
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """What release notes tell of the releases above `low` up to `high` (None: all of them), newest first.

    `without` are the published versions between that the notes do not tell of, `unpublished` those that the notes
    tell of and the index does not have; `missing` says why there are no notes at all (`""`: there are). `coming` is
    what stands above the newest release, which nothing may be based on. `doubts` say what is odd about the notes, `passed_over`
    why places were not used that were looked at before.
    """

    name: NormalizedName
    low: Version | None
    high: Version
    notes: tuple[Notes, ...] = ()
    without: tuple[Version, ...] = ()
    unpublished: tuple[Version, ...] = ()
    missing: str = ""
    coming: int = 0
    doubts: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What to try: `name` moves from `now` to `next`, and `digest` tells of the releases between.

    `release` is what the index says of `next`. `companions` is what `next` asks of Python and other packages, `unasked`
    why that is not known; `facts` say where all of this comes from. `address` is the file to install, where it has to be
    named because it is younger than the cooldown.
    """

    name: NormalizedName
    now: Version
    next: Version
    release: Release
    digest: Digest
    address: str = ""
    companions: tuple[Companion, ...] = ()
    unasked: str = ""
    weaknesses: Weaknesses = field(default_factory=Weaknesses)
    facts: tuple[Fact, ...] = ()

    @property
    def notes(self) -> tuple[Notes, ...]:
        """What is told of each release between, newest first."""
        return self.digest.notes


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process: `output` is what it printed, its middle left out where it was very long."""

    argv: tuple[str, ...]
    code: int
    output: str = field(repr=False)
    seconds: float
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate saw. `evidence` holds the lines that show it: failing tests first, then the end of the output."""

    gate: str
    passed: bool
    summary: str
    evidence: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Current:
    """Nothing to move: the pin stands where it should, or nothing above it is eligible."""

    name: NormalizedName
    reason: str
    weaknesses: Weaknesses = field(default_factory=Weaknesses)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A candidate that was found and not tried."""

    candidate: Candidate
    edits: tuple[Edit, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """A candidate passed every gate, and the edits were written (with `written` false: would be)."""

    candidate: Candidate
    edits: tuple[Edit, ...]
    verdicts: tuple[Verdict, ...]
    diff: str
    written: bool
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A package that stays where it is, and why.

    `wanted` is the version that was to be tried (`""` for none), `notes` tell of the releases up to it.
    """

    name: NormalizedName
    wanted: str
    reason: str
    verdicts: tuple[Verdict, ...] = ()
    remarks: tuple[str, ...] = ()
    notes: tuple[Notes, ...] = ()


Outcome = Current | Proposed | Moved | Held
