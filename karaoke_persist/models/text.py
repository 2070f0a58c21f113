"""Text as every backend stores it, and the fold that decides sameness and order.

`key_fold` is frozen for ever: stored folds, uniqueness and sort orders hang on it. Search has a fold of its own,
which may learn.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

INDEXED_BYTES = 500
FOLDED_BYTES = 1_000
ID_BYTES = 200
TEXT_BYTES = 16 * 1024 * 1024

_LETTERS_APART = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "ð": "d"})
_INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x2060, 0xFEFF])
# Marks are decoration on Latin, Greek and Cyrillic letters only; elsewhere (kana, Thai, Devanagari) they are spelling.
_MARKED_LETTER = re.compile(
    "([A-Za-z\u00c0-\u02af\u0370-\u03ff\u0400-\u0482\u048a-\u052f\u1d00-\u1dbf\u1e00-\u1fff\u2c60-\u2c7f\ua640-\ua69f"
    "\ua720-\ua7ff])[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


@lru_cache(maxsize=16_384)
def key_fold(text: str) -> str:
    """The form under which two texts are the same: case, accents, width and spacing forgotten, punctuation kept."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(fold_letters(text).split())


def fold_letters(text: str) -> str:
    """NFKC, casefold, marks dropped after Latin, Greek and Cyrillic letters, and letters like ø and ł spelled out."""
    folded = normalize("NFKC", text).casefold()
    folded = normalize("NFKC", folded).casefold()  # some compatibility forms only appear after the first casefold
    folded = _MARKED_LETTER.sub(r"\1", normalize("NFD", folded.translate(_INVISIBLE)))
    return normalize("NFKC", folded).translate(_LETTERS_APART)


def check_text(text: str) -> str:
    """Refuse what some database could not hold: NUL, lone surrogates, more than 16 MiB."""
    if "\x00" in text:
        raise ValueError("text must not hold the character NUL; remove it")
    return check_bytes(text, TEXT_BYTES)


def check_bytes(text: str, limit: int) -> str:
    """Refuse text that UTF-8 cannot carry, or not within `limit` bytes."""
    try:
        size = len(text) if text.isascii() else len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise ValueError("text must not hold half of a surrogate pair; decode it properly first") from None
    if size > limit:
        raise ValueError(f"text is {size} bytes of UTF-8, and at most {limit} fit; shorten it")
    return text


def check_id(text: str) -> str:
    """Refuse an id that is empty or over 200 bytes."""
    check_text(text)
    if not text.strip():
        raise ValueError("an id must not be empty; give one, or let the library make one")
    return check_bytes(text, ID_BYTES)


def check_name(text: str) -> str:
    """Refuse text that is over 500 bytes, or over 1,000 bytes when folded."""
    check_text(text)
    check_bytes(text, INDEXED_BYTES)
    check_bytes(key_fold(text), FOLDED_BYTES)
    return text


def check_indexed(text: str) -> str:
    """The same, and refuse text that is invisible."""
    if not key_fold(check_name(text)):
        raise ValueError("text must not be empty; give a value, or None where the field may be absent")
    return text
