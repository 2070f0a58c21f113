"""The normaliser that decides what a search finds.

Two texts match if their folds do. The rules are versioned, because an index holds folds: letters as in `key_fold`
(width, case and accents forgotten, marks kept outside Latin, Greek and Cyrillic), katakana as hiragana, apostrophes
dropped, `&` as "and", other punctuation as a space.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import category

from karaoke_persist.models.text import fold_letters, key_fold

SEARCH_FOLD_VERSION = 1

_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´＇"))
_RULES = {**_KATAKANA_TO_HIRAGANA, **_APOSTROPHES, ord("&"): " and "}
_NOT_A_WORD = re.compile(r"[^\w\s]")
_KEPT = {"Mn", "Mc"}


@lru_cache(maxsize=16_384)
def search_fold(text: str) -> str:
    """The words of a text, folded and separated by one space; of text without any word, its `key_fold`."""
    folded = fold_letters(text.translate(_APOSTROPHES)).translate(_RULES)
    words = " ".join(_NOT_A_WORD.sub(_space_for_punctuation, folded).replace("_", " ").split())
    return words or key_fold(text)


def _space_for_punctuation(match: re.Match[str]) -> str:
    # Combining signs of Thai, Devanagari and others are no word characters to `re`, and yet spelling.
    return match[0] if category(match[0]) in _KEPT else " "
