"""What the words of one entry of release notes give away: a break, a weakness, a deprecation, a moved requirement.

Tuned on FastAPI's notes, whose headings name 20 of at least 32 breaking minors. A sentence that denies what it names
("no breaking changes"), or speaks of a release that is still to come, gives away nothing.
"""

import re
from collections.abc import Iterator
from typing import Final

_SENTENCE = re.compile(r"(?<=[.!?…]) +| - ")
_CODE = re.compile(r"`[^`]*`")
_EDGES = re.compile(r"^[^\w`]+|[^\w`]+$")

_BREAKING: Final = re.compile(
    r"breaking(?: [\w-]+)? changes?\b|\bbreaking:|backwards?[- ]incompatib\w*|\bnot backwards?[- ]compatib\w*"
    r"|\b(?:drop(?:s|ped|ping)?|remov(?:e|es|ed|ing)|end(?:s|ed)?) (?:the )?support\b"
    r"|\bdrop(?:s|ped|ping)? (?:[\w.`+/-]{1,40},? ){1,6}support\b"
    r"|\bdrop(?:s|ped|ping)? (?:c?python|pypy) ?[0-9]"
    r"|\bsupport for [^.]{1,60}? (?:is|was|has been|have been) (?:dropped|removed)\b"
    r"|\bremov(?:e|es|ed|ing) .{1,80}? from (?:the )?(?:default|required|standard) dependencies\b"
    r"|\b(?:is|are) now (?:required|mandatory)\b|^\W*[a-z]{2,12}(?:\([^()]{0,60}\))?!:",
    re.IGNORECASE,
)
# What is said of a break without the word. In a category of upgrades the same words tell of other packages.
_BEHAVIOUR: Final = re.compile(
    r"\bif (?:you|your (?:code|app(?:lication)?s?|tests?)) (?:\w+ )?(?:used to |was |were )?"
    r"(?:depend(?:ed|s|ing)?|rel(?:y|ied|ies|ying)) on\b"
    r"|\bbehaviou?rs? (?:was|is|were|has been|have been) (?:reverted|changed)\b"
    r"|\b(?:is|are) now (?:rejected|refused|forbidden)\b"
    r"|\byou (?:should now|now (?:need|have) to|(?:will )?(?:need|have) to (?:now|update|change|rename|migrate))\b"
    r"|^\W*(?:do not|don['’]t|no longer|stop) (?:accept|allow|support)(?:s|ing)?\b"
    r"|\b(?:no longer|not) (?:accepted|allowed|supported) (?:any ?more|any longer)\b"
    r"|\bno longer (?:accept|allow|support|return|include|export|expose|inherit|provide|coerce)s?\b"
    r"|\b(?:has|have) been (?:removed|renamed|replaced by)\b"
    r"|^\W*raises? an? (?!better|clear|more |nice|help|useful|meaning|proper|inform|descri|friend)(?:\w+ )?"
    r"(?:exception|error)\b"
    r"|^\W*rename[sd]? `_+` (?:to|into|as) `_+`|^\W*drop(?:s|ped)? (?:the )?`_+`"
    r"|\bremov(?:e|es|ed|ing) (?:the |all )?(?:previously |long )?deprecated\b",
    re.IGNORECASE,
)

# "no major nor breaking changes", "won't have any breaking changes", "non-breaking changes", "fixes a breaking change".
_DENIAL = re.compile(
    r"(?:\b(?:no|not|nor|never|without|cannot|avoid(?:s|ed|ing)?|prevent(?:s|ed|ing)?)|n['’]t)(?: [\w-]+){0,4} $|\bnon-?$"
    r"|\bbefore(?: we| it)? $"
    r"|\b(?:fix(?:es|ed|ing)?|revert(?:s|ed|ing)?|undo(?:es)?)(?: an?| the)?(?: \w+)? $",
    re.IGNORECASE,
)
_NO = re.compile(r"(?:\b(?:no|not|nor|never)|n['’]t)(?: [\w-]+){0,4} $", re.IGNORECASE)
_DENIAL_REACH = 80
# "Soon there will be a new FastAPI release", "will be removed in a future version": another version's notes tell of it.
_ANOTHER = re.compile(
    r"\b(?:soon|next|future|upcoming|coming|later|separate) (?:[\w.]+ ){0,2}(?:releases?|versions?|minor|major)\b"
    r"|\bsoon\b.{0,60}\bthere will be\b|\bwill be (?:removed|dropped|changed)\b|\bmight be (?:removed|dropped)\b",
    re.IGNORECASE,
)

_SECURITY = re.compile(
    r"🔒|\bCVE-[0-9]{4}-[0-9]{3,}|\bGHSA-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}"
    r"|\bsecurity[ -](?:\w+ )?(?:fix(?:es)?|issues?|releases?|vulnerabilit\w+|advisor\w+|patch(?:es)?|problems?|flaws?"
    r"|holes?|bugs?|updates?|risks?)\b|^\W*security:|\b(?:dependencies|requirements|packages) for security\b|\bvulnerabilit(?:y|ies)\b|\bvulnerable\b|\bdenial[ -]of[ -]service\b"
    r"|\bReDoS\b|\bXSS\b|\bCSRF (?:attack|vulnerab)\w*|\b(?:request|response) (?:smuggling|splitting)\b"
    r"|\b(?:path|directory) traversal\b|\b(?:code|header|command|CRLF) injection\b",
    re.IGNORECASE,
)

_DEPRECATION = re.compile(
    r"^\W*🗑|^\W*deprecat(?:e|es|ed|ing)\b|\b(?:is|are|has been|have been) (?:now )?(?:soft[ -])?deprecated\b"
    r"|\bdeprecated (?:and replaced|in favou?r)\b|\bdeprecat(?:e|es|ing) (?:the|`_+`|use|usage|using|support|all|passing)\b"
    r"|\b(?:add|emit|issue|raise|show)(?:s|ed)? (?:an? |the )?(?:[\w`]+ )?deprecation warnings?\b|\bdeprecation of\b",
    re.IGNORECASE,
)

_REQUIREMENT = re.compile(
    r"\b(?:minimum|maximum|min|max|lowest|required|supported|compatible) (?:required |supported )?"
    r"(?:[\w.-]+ )?(?:versions?|range)\b|\b(?:lower|upper) (?:bound|range)\b|\bversion ranges?\b|\bdefault dependencies\b"
    r"|^\W*(?:un)?pin(?:s|ned)? (?:\S+ ){1,3}(?:to |at |range)(?!.*\bfor tests\b)|\brequires? python (?:[<>=]=? ?)?[0-9]"
    r"|\b(?:upgrad|updat|bump|increas|rais|lower|requir|allow)(?:e|es|ed|ing|s)?\b(?! (?:tests|docs|internal|development|code|example))"
    r"[^.:]{1,60}? ?(?:\bto|\bfrom|\bat least"
    r"|[<>=!~]=|[<>]) ?(?:allow |version )*[<>=!~]*=? ?v?[0-9]+(?:\.[0-9x]+)+",
    re.IGNORECASE,
)


def breaking(text: str, *, behaviour: bool = True) -> str:
    """Return the words that tell of a break, `""` where none do or the words around deny it.

    Without `behaviour`, only those count that name a break as such.
    """
    for sentence, written in _sentences(text):
        if not _ANOTHER.search(sentence):
            found = _said(_BREAKING, sentence, written)
            if found or (behaviour and (found := _said(_BEHAVIOUR, sentence, written))):
                return found
    return ""


def security(text: str) -> str:
    """Return the words that tell of a weakness that was mended, `""` where none do."""
    return next(filter(None, (_said(_SECURITY, words, words, _NO) for _, words in _sentences(text))), "")


def deprecation(text: str) -> str:
    """Return the words that tell of a deprecation, `""` where none do."""
    return next(filter(None, (_said(_DEPRECATION, *pair) for pair in _sentences(text))), "")


def requirement(text: str) -> str:
    """Return the words that tell of a moved requirement, `""` where none do; versions may stand in back-ticks."""
    plain = text.replace("`", "")
    return next(filter(None, (_said(_REQUIREMENT, one, one) for one in _SENTENCE.split(plain))), "")


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Yield the sentences, each with its code blanked, for code only names things, and as it was written."""
    coded = _CODE.sub(lambda found: f"`{'_' * (len(found[0]) - 2)}`", text)
    start = 0
    for part in _SENTENCE.finditer(coded):
        yield coded[start : part.start()], text[start : part.start()]
        start = part.end()
    yield coded[start:], text[start:]


def _said(signal: re.Pattern[str], sentence: str, written: str, denial: re.Pattern[str] = _DENIAL) -> str:
    """Return the first words of a sentence that a signal matches and that are not denied just before."""
    for found in signal.finditer(sentence):
        if not denial.search(sentence[max(0, found.start() - _DENIAL_REACH) : found.start()]):
            words = written[found.start() : found.end()]
            return _EDGES.sub("", words) or words
    return ""
