"""Untrusted text, made fit to be shown."""

import re

# C0 and C1 controls, soft hyphen, zero-width characters, bidirectional controls, separators, lone surrogates: any of
# them can hide or reorder what a person reads, or drive the terminal.
_UNSAFE = (
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0e\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_CREDENTIALS = r"(?<=://)[^/\s`'\"]+(?=@)"


def safe(text: str) -> str:
    """Return one line of text in which nothing is hidden, and no URL shows who it logs in as."""
    if "://" in text:
        text = re.sub(_CREDENTIALS, "***", text)
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_UNSAFE, _escaped, text)


def safe_lines(text: str) -> list[str]:
    """Return the lines of a text, each of them safe; tabs become blanks."""
    return [safe(line.expandtabs(4)) for line in text.splitlines()]


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{{{ord(match[0]):x}}}"
