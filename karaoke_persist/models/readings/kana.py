"""Kana in Latin letters, by the table of Hepburn's system. The sign for a long vowel is left out."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize

_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_TO_HIRAGANA: Final = {code: chr(code - 0x60) for code in range(0x30A1, 0x30F7)}

_ROWS: Final = {
    "": "あa いi うu えe おo ぁa ぃi ぅu ぇe ぉo んn をo ゐi ゑe ゔvu ゕka ゖke",
    "k": "かa きi くu けe こo",
    "g": "がa ぎi ぐu げe ごo",
    "s": "さa すu せe そo",
    "z": "ざa ずu ぜe ぞo",
    "t": "たa てe とo",
    "d": "だa でe どo",
    "n": "なa にi ぬu ねe のo",
    "h": "はa ひi へe ほo",
    "b": "ばa びi ぶu べe ぼo",
    "p": "ぱa ぴi ぷu ぺe ぽo",
    "m": "まa みi むu めe もo",
    "y": "やa ゆu よo ゃa ゅu ょo",
    "r": "らa りi るu れe ろo",
    "w": "わa ゎa",
}
_SINGLE: Final = {pair[0]: consonant + pair[1:] for consonant, pairs in _ROWS.items() for pair in pairs.split()} | {
    "し": "shi",
    "じ": "ji",
    "ち": "chi",
    "つ": "tsu",
    "ぢ": "ji",
    "づ": "zu",
    "ふ": "fu",
}

_GLIDES: Final = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
_GLIDING: Final = dict(
    pair.split(":")
    for pair in [
        "き:ky",
        "ぎ:gy",
        "し:sh",
        "じ:j",
        "ち:ch",
        "ぢ:j",
        "に:ny",
        "ひ:hy",
        "び:by",
        "ぴ:py",
        "み:my",
        "り:ry",
        "て:ty",
        "で:dy",
        "ふ:fy",
        "ゔ:vy",
    ]
)
_VOWELS: Final = {"ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o"}
_BEFORE_VOWEL: Final = dict(
    pair.split(":")
    for pair in [
        "う:w",
        "ゔ:v",
        "く:kw",
        "ぐ:gw",
        "し:sh",
        "じ:j",
        "ち:ch",
        "つ:ts",
        "て:t",
        "で:d",
        "と:t",
        "ど:d",
        "ふ:f",
    ]
)
_PAIRS: Final = {
    first + second: consonant + vowel
    for starts, ends in ((_GLIDING, _GLIDES), (_BEFORE_VOWEL, _VOWELS))
    for first, consonant in starts.items()
    for second, vowel in ends.items()
}
_SPELLED: Final = {**_SINGLE, **_PAIRS}
_SYLLABLE = re.compile("|".join(sorted(_SPELLED, key=len, reverse=True)))
_DOUBLED = re.compile("っ+(?=(ch|[bcdfghjkmprstvwyz]))?")


def has_kana(text: str) -> bool:
    """Whether a text has hiragana or katakana in it."""
    return _KANA.search(text) is not None


def romanised_kana(text: str) -> str:
    """The text with its kana in Latin letters; everything else stays."""
    hiragana = normalize("NFKC", text).translate(_TO_HIRAGANA).replace("ー", "")
    spelled = _SYLLABLE.sub(lambda match: _SPELLED[match[0]], hiragana)
    return _DOUBLED.sub(_double, spelled)


def _double(match: re.Match[str]) -> str:
    following = match[1]
    return "" if following is None else "t" if following == "ch" else following
