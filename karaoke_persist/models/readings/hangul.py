"""Hangul in Latin letters, letter by letter by the Revised Romanization; letters do not change the sound of others."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize

_SYLLABLE = re.compile("[\uac00-\ud7a3]")
_FIRST_SYLLABLE: Final = 0xAC00
_FIRST_CONSONANT: Final = 0x1100
_INITIALS: Final = ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_VOWELS: Final = (
    *("a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae"),
    *("oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"),
)
_FINALS: Final = (
    *("", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l"),
    *("p", "l", "m", "p", "p", "t", "t", "ng", "t", "t", "k", "t", "p", "t"),
)


def has_hangul(text: str) -> bool:
    """Whether a text has Korean syllables in it."""
    return _SYLLABLE.search(normalize("NFC", text)) is not None


def romanised_hangul(text: str) -> str:
    """The text with its syllables in Latin letters; everything else stays."""
    return _SYLLABLE.sub(_romanised, normalize("NFC", text))


def first_letters(text: str) -> str:
    """The first consonant of each syllable, as a Korean keyboard types them."""
    syllables = _SYLLABLE.findall(normalize("NFC", text))
    return "".join(chr(_FIRST_CONSONANT + (ord(syllable) - _FIRST_SYLLABLE) // 588) for syllable in syllables)


def _romanised(match: re.Match[str]) -> str:
    rest, final = divmod(ord(match[0]) - _FIRST_SYLLABLE, 28)
    initial, vowel = divmod(rest, 21)
    return _INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]
