"""What the rules say, computed in the plainest way from values alone, to compare backends with.

Nothing here is shared with what a backend may use: a mistake would have to be made twice to go unseen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from karaoke_persist import Song
from karaoke_persist.models import Kind, Record, field_of, key_fold


def in_order(rows: Sequence[Record], field: str, descending: bool) -> list[str]:
    """The keys of rows in the contract's order."""
    indexed = field_of(type(rows[0]), field).kind is Kind.INDEXED if rows else False

    def place(row: Record) -> tuple[Any, ...]:
        value = getattr(row, field)
        return (key_fold(value), value, row.key) if indexed else (value, row.key)

    present = sorted((row for row in rows if getattr(row, field) is not None), key=place)
    absent = sorted((row for row in rows if getattr(row, field) is None), key=lambda row: row.key)
    for one, next_one in pairwise(present):
        assert place(one) < place(next_one), "the order is total"
    step = -1 if descending else 1
    return [row.key for row in [*present[::step], *absent[::step]]]


_SPELLED: Final = {"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "ð": "d"}
_DROPPED: Final = "'’‘ʼ"


def fold(text: str) -> str:
    """The search form of text in the alphabets that the kit's examples use, letter by letter."""
    words = "".join(_fold_letter(letter) for letter in unicodedata.normalize("NFC", text) if letter not in _DROPPED)
    return " ".join(words.split()) or " ".join(text.casefold().split())


def _fold_letter(letter: str) -> str:
    if letter == "&":
        return " and "
    base = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", letter).lower())[0]
    if "ァ" <= letter <= "ヶ":
        return chr(ord(letter) - 0x60)
    if base in _SPELLED:
        return _SPELLED[base]
    whole = unicodedata.normalize("NFKC", letter).lower()
    if not whole.isalnum():
        return " "
    return base if base.isascii() or "\u0370" <= base <= "\u052f" else whole


def found(songs: Sequence[Song], query: str) -> list[str]:
    """The ids of the songs that a query finds, best first."""
    ranked = [(_tier(song, query), fold(song.title), fold(song.artist), song.id) for song in songs]
    return [song_id for tier, *_, song_id in sorted(ranked) if tier < 7]


def _tier(song: Song, query: str) -> int:
    """The tier of section "ranking" of the contract that a song reaches; 7 if it is not found."""
    whole, terms = fold(query), fold(query).split()
    title, artist = fold(song.title), fold(song.artist)
    anywhere = [title, artist, *(fold(text) for text in (song.album, *song.aliases) if text)]
    checks = (
        title == whole,
        artist == whole,
        title.startswith(whole),
        artist.startswith(whole),
        all(_starts_a_word(term, title) for term in terms),
        all(_starts_a_word(term, title) or _starts_a_word(term, artist) for term in terms),
        all(any(term in text for text in anywhere) for term in terms),
    )
    if not terms:
        return 6
    return checks.index(True) if any(checks) else 7


def _starts_a_word(term: str, text: str) -> bool:
    return any(word.startswith(term) for word in text.split())
