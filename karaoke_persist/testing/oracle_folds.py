"""How the rules of search fold a text, a character at a time."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

from karaoke_persist.models import key_fold

_SPELLED: Final = {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "ð": "d", "&": " and "}
_WITHOUT_THE_KEY: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
_READ_AS: Final = {"$": "s", "@": "a"}
_APOSTROPHES: Final = "'’‘ʼ`´"
_FORGIVING: Final = ("LATIN ", "GREEK ", "CYRILLIC ")


def without_controls(text: str) -> str:
    """A text with a space for each control character."""
    return "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text)


def words(text: str) -> str:
    """The words of a text, its letters folded."""
    spaced = "".join(_kana_in_one_script(_SPELLED.get(letter, letter)) for letter in _letters(text))
    return _tidy("".join(letter if _is_of_a_word(letter) else " " for letter in spaced))


def primary(text: str) -> str:
    """The words of a text; of a text without any, itself without case and accents."""
    visible = "".join(letter for letter in without_controls(text) if not _is_unseen(letter))
    return words(text) or key_fold(visible) or key_fold(text)


def expanded(text: str) -> str:
    """The primary fold of a text in which marked letters are spelled with two."""
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    return primary("".join(_WITHOUT_THE_KEY.get(letter, letter) for letter in composed))


def squeezed(text: str) -> str:
    """The words of a text as its spaces part them, without the punctuation in them; signs read as letters."""
    return _tidy(" ".join(_squeezed_word(word) for word in _letters(text).split()))


@cache
def forms(text: str) -> tuple[str, ...]:
    """All folds of a text, the primary first."""
    return tuple(form for form in (primary(text), expanded(text), squeezed(text)) if form)


def _squeezed_word(word: str) -> str:
    if not any(letter.isalnum() for letter in word):
        return ""
    left = []
    for place, letter in enumerate(word):
        neighbours = word[max(place - 1, 0) : place] + word[place + 1 : place + 2]
        if letter == "!" and len(neighbours) == 2 and all("a" <= each <= "z" for each in neighbours):
            left.append("i")
            continue
        read = _READ_AS.get(letter, letter)
        if _is_of_a_word(read):
            left.append(_kana_in_one_script(_SPELLED.get(read, read)))
    return "".join(left)


def _letters(text: str) -> str:
    """A text without case, width, apostrophes, what is not seen, and accents where they are forgiven."""
    kept = "".join(each for each in without_controls(text) if each not in _APOSTROPHES and not _is_unseen(each))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", kept).casefold())
    left: list[str] = []
    base = " "
    for letter in unicodedata.normalize("NFD", folded):
        name = unicodedata.name(letter, "")
        is_accent = name.startswith("COMBINING ") and "KATAKANA" not in name
        if not is_accent:
            base = letter
        if not is_accent or not unicodedata.name(base, "").startswith(_FORGIVING):
            left.append(letter)
    composed = unicodedata.normalize("NFKC", "".join(left))
    plain = "".join(_SPELLED[letter] if letter in _SPELLED and letter != "&" else letter for letter in composed)
    return "".join(letter for letter in plain if letter not in _APOSTROPHES)


def _is_unseen(letter: str) -> bool:
    """Whether a character says only how its neighbours are drawn."""
    return unicodedata.category(letter) == "Cf" or "VARIATION SELECTOR" in unicodedata.name(letter, "")


def _is_of_a_word(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter) in ("Mn", "Mc")


def _kana_in_one_script(letters: str) -> str:
    name = unicodedata.name(letters, "") if len(letters) == 1 else ""
    if not name.startswith("KATAKANA ") or "SOUND MARK" in name:
        return letters
    try:
        return unicodedata.lookup(name.replace("KATAKANA", "HIRAGANA", 1))
    except KeyError:
        return letters


def _tidy(text: str) -> str:
    return " ".join(text.split())
