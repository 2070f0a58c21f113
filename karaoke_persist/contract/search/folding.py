"""The normaliser that decides what a search finds.

A text has up to three folds. Its *primary* fold forgives case, accents, width and punctuation. Its *expanded* fold
spells ä, ö, ü, ø and å as those do who have no such keys. Its *squeezed* fold leaves out the punctuation within words,
and reads the signs that stand for letters. The rules have a version, because an index holds folds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from unicodedata import category, normalize

from karaoke_persist.models.text import fold_letters, key_fold

_KATAKANA_TO_HIRAGANA = {code: chr(code - 0x60) for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´＇"))
CONTROLS_TO_SPACES: Final = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ")
_INVISIBLE = dict.fromkeys(
    code
    for codes in (
        *(range(0x61C, 0x61D), range(0x180B, 0x1810), range(0x200C, 0x2010), range(0x202A, 0x202F)),
        *(range(0x2061, 0x2070), range(0xFE00, 0xFE10), range(0xE0000, 0xE01F0)),
    )
    for code in codes
)
"""Joiners, directions and variants: what says only how its neighbours are drawn."""
_NO_LETTERS: Final = {**_APOSTROPHES, **CONTROLS_TO_SPACES, **_INVISIBLE}
_NOT_A_WORD = re.compile(r"[^\w\s]|_")
_SPELLING: Final = frozenset({"Mn", "Mc"})
_ASCII_SIMPLE = re.compile(r"[A-Za-z0-9 ]*")


@dataclass(frozen=True, slots=True, eq=False)
class Normaliser:
    """One version of the rules."""

    version: int
    letters: Mapping[int, str]
    """What becomes of single characters, once width, case and accents are gone."""
    expansions: Mapping[int, str]
    """How letters with a mark are spelled without one, where that is more than leaving the mark out."""
    signs: Mapping[int, str]
    """Signs that stand for a letter within a word."""

    def letters_of(self, text: str) -> str:
        """A text without case, accents, width, apostrophes and control characters."""
        plain = text.translate(_NO_LETTERS)
        return plain.lower() if text.isascii() else fold_letters(plain).translate(_APOSTROPHES)

    def spelled(self, text: str) -> str:
        """A text with its letters folded and a space for everything that is none; spaces as they come."""
        return _NOT_A_WORD.sub(_space_for_punctuation, self.letters_of(text).translate(self.letters))

    def spelled_out(self, text: str) -> str:
        """The same, with marked letters spelled out."""
        composed = normalize("NFC", normalize("NFKC", text).casefold())
        return self.spelled(composed.translate(self.expansions))

    def words(self, text: str) -> str:
        """The words of a text, folded and separated by one space; empty if there is none."""
        return " ".join(self.spelled(text).split())

    def primary(self, text: str) -> str:
        """The words of a text; of one without any, such as "!!!", its `key_fold`, which no stored name is without."""
        return self.words(text) or key_fold(text.translate(CONTROLS_TO_SPACES).translate(_INVISIBLE)) or key_fold(text)

    def expanded(self, text: str) -> str:
        """The primary fold, with marked letters spelled out."""
        return " ".join(self.spelled_out(text).split()) or self.primary(text)

    def squeezed(self, text: str) -> str:
        """The words as spaces alone separate them, without their punctuation; empty if nothing is left."""
        letters = self.letters_of(text)
        if "".join(letters.split()).isalnum():  # there is no punctuation, as mostly
            return " ".join(letters.translate(self.letters).split())
        words = ("".join(self.squeezed_letters(word)) for word in letters.split())
        return " ".join(word for word in words if word)

    def forms(self, text: str) -> tuple[str, ...]:
        """All the folds of a text that differ, the primary first."""
        return _forms(self, text)

    def squeezed_letters(self, word: Sequence[str]) -> list[str]:
        """What is left of each letter of a folded word; of a word that is all punctuation, nothing."""
        if not any(map(str.isalnum, word)):
            return [""] * len(word)
        around = zip([" ", *word], word, [*word[1:], " "], strict=False)
        return [
            "i" if letter == "!" and _is_latin(before) and _is_latin(after) else _squeezed_letter(self, letter)
            for before, letter, after in around
        ]


@lru_cache(maxsize=16_384)
def _squeezed_letter(normaliser: Normaliser, letter: str) -> str:
    read = normaliser.signs.get(ord(letter), letter)
    return _NOT_A_WORD.sub(_nothing_for_punctuation, read).translate(normaliser.letters)


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalpha()


@lru_cache(maxsize=16_384)
def _forms(normaliser: Normaliser, text: str) -> tuple[str, ...]:
    primary = normaliser.primary(text)
    if _ASCII_SIMPLE.fullmatch(text):
        return (primary,)
    # Without a letter beyond ASCII there is no mark to be spelled out.
    others = (normaliser.squeezed(text),) if text.isascii() else (normaliser.expanded(text), normaliser.squeezed(text))
    return tuple(dict.fromkeys((primary, *(form for form in others if form))))


def _space_for_punctuation(match: re.Match[str]) -> str:
    # Combining signs of Thai, Devanagari and others are no word characters to `re`, and yet spelling.
    return match[0] if category(match[0]) in _SPELLING else " "


def _nothing_for_punctuation(match: re.Match[str]) -> str:
    return match[0] if category(match[0]) in _SPELLING else ""


NORMALISER: Final = Normaliser(
    version=2,
    letters={**_KATAKANA_TO_HIRAGANA, ord("&"): " and "},
    expansions=str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}),
    signs=str.maketrans({"$": "s", "@": "a"}),
)
"""The rules in force."""
NORMALISERS: Final[Mapping[int, Normaliser]] = {NORMALISER.version: NORMALISER}
"""These and the ones before them, by version: an index goes on by the rules it was made by until it is made anew."""
