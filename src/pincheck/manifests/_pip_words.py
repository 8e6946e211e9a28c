"""The words of a `pip install` or `uv pip install`: which of them are requirements, and which belong to options."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple

from pincheck.manifests._text import Stretch
from pincheck.model import Span

# Options whose value is a word of its own: pip's and uv's, of `install` and of the program itself.
_VALUED = """
    --requirement --requirements --constraint --constraints --editable --target --platform --python-version
    --implementation --abi --root --prefix --src --index-url --extra-index-url --find-links --no-binary
    --only-binary --proxy --retries --timeout --default-timeout --exists-action --trusted-host --cert --client-cert
    --cache-dir --log --report --upgrade-strategy --config-settings --config-setting --global-option
    --install-option --progress-bar --root-user-action --use-feature --use-deprecated --python --index
    --default-index --index-strategy --keyring-provider --resolution --prerelease --exclude-newer --link-mode
    --python-platform --torch-backend --override --overrides --build-constraint --build-constraints --extra --group
    --no-build-isolation-package --refresh-package --reinstall-package --upgrade-package --allow-insecure-host
    --directory --project --config-file --color --no-build-package --no-binary-package --build --download
    --fork-strategy --exclude --excludes --no-sources-package --uploaded-prior-to --config-settings-package
    --python-preference --all-releases --only-final --requirements-from-script --env-file --with --build-dir
"""
_SHORT_VALUED = frozenset("rceitfdbpCP")
_LONG = {"--requirement": "r", "--requirements": "r", "--constraint": "c", "--constraints": "c", "--editable": "e"}
_PIP = r"(?:.*[/\\])?pip[\d.]*(?:\.exe)?"
_CONDA = r"(?:.*/)?(?:conda|mamba|micromamba)"

Role = Literal["requirement", "requirements", "constraints", "editable"]


class Word(NamedTuple):
    """One word of a command: what it says, and `span`, all of it with its quotes.

    `computed` says what its value comes from where it is not all written down (`""` where it is); `fixed` why it
    cannot be edited. `quoted` are the stretches of it that stand between quotes. `redirected` covers the word with
    the version behind it that a shell takes for a redirection, None where there is none.
    """

    stretch: Stretch
    span: Span
    computed: str = ""
    fixed: str = ""
    quoted: tuple[Span, ...] = ()
    redirected: Span | None = None

    @property
    def text(self) -> str:
        """What the word says."""
        return self.stretch.text

    def cut(self, start: int) -> "Word":
        """Return the rest of this word from a character on."""
        return self._replace(stretch=self.stretch.cut(start, len(self.text)))

    def is_quoted(self, span: Span) -> bool:
        """Say whether all of a span stands between quotes."""
        return any(quoted.start <= span.start and span.end <= quoted.end for quoted in self.quoted)


def installed(words: Sequence[Word]) -> Sequence[Word] | None:
    """Return what follows the `install` of pip or `uv pip` in a command, None where it is no such command."""
    return _behind_install(words, _PIP)


def installed_by_conda(words: Sequence[Word]) -> Sequence[Word] | None:
    """Return what follows the `install` of conda, mamba or micromamba, None where it is no such command."""
    return _behind_install(words, _CONDA)


def _behind_install(words: Sequence[Word], program: str) -> Sequence[Word] | None:
    if words and words[0].text in {"echo", "printf"}:
        return None
    passed: set[int] = set()  # Options that an earlier name of the program has gone over in vain.
    for index, word in enumerate(words):
        if not re.fullmatch(program, word.text):
            continue
        following = index + 1
        while following < len(words) and words[following].text.startswith("-") and following not in passed:
            passed.add(following)
            following += 2 if _takes_next(words[following].text) else 1
        if following < len(words) and words[following].text == "install":
            return words[following + 1 :]
    return None


@cache
def _valued() -> frozenset[str]:
    return frozenset(_VALUED.split())


def _takes_next(text: str) -> bool:
    return text in _valued() or (len(text) == 2 and text[1] in _SHORT_VALUED)  # noqa: PLR2004 - a dash and a letter


def arguments(words: Sequence[Word]) -> Iterator[tuple[Role, Word]]:
    """Yield the requirements and the files among the words behind an `install`, each with what it is."""
    remaining = iter(words)
    only_words = False
    for word in remaining:
        text = word.text
        if text == "--" and not only_words:
            only_words = True
        elif only_words or not text.startswith("-") or text == "-":
            yield "requirement", word
        elif text.startswith("--"):
            yield from _long(word, remaining)
        else:
            yield from _short(word, remaining)


def _long(word: Word, remaining: Iterator[Word]) -> Iterator[tuple[Role, Word]]:
    name, equals, _ = word.text.partition("=")
    value = word.cut(len(name) + 1) if equals else next(remaining, None) if name in _valued() else None
    if name in _LONG and value is not None:
        yield _role(_LONG[name]), value


def _short(word: Word, remaining: Iterator[Word]) -> Iterator[tuple[Role, Word]]:
    """Read short options that are written together: the first that takes a value takes the rest of the word."""
    for index, letter in enumerate(word.text[1:], 2):
        if letter in _SHORT_VALUED:
            value = word.cut(index) if index < len(word.text) else next(remaining, None)
            if letter in "rce" and value is not None:
                yield _role(letter), value
            return


def _role(letter: str) -> Role:
    return "requirements" if letter == "r" else "constraints" if letter == "c" else "editable"
