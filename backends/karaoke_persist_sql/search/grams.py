"""Grams: the short pieces of a document by which an index finds it.

Of every word of every form, padded with a space on either side: each character, each two and each three of them in a
row. So any needle is covered by grams, its words one by one. Beside them stand marked grams, for the beginning and
the end of titles and artists, for initials, and for what songs are filtered by. Markers and signs are written in
full-width characters, which no fold can hold, because NFKC replaces them; an index therefore sees letters, digits and
characters beyond ASCII alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple

from karaoke_persist.models.text import key_fold
from karaoke_persist_sql.search.rows import IndexRow, unwrapped

SPACE: Final = "\u3000"
TITLE, ARTIST, INITIALS, NAME, GENRE, LANGUAGE, YEAR, DECADE = "ＴＡＩＮＧＬＹＤ"
FURTHER_TITLE: Final = "Ｕ"
"""Marks the beginnings of all forms of a title but the primary one, once more."""
BEGINNINGS: Final = (TITLE, ARTIST, FURTHER_TITLE)
"""What grams of the beginning of a field begin with."""
LYRICS, HIDDEN, SUNG = "Ｗ", "Ｈ", "Ｓ"
"""Whole grams: of songs with lyrics, of hidden ones, and of those that were sung."""

ANY: Final = ""
"""No gram: what every document has, where they are counted."""

_SIGNS = {code: chr(0xFEE0 + code) for code in range(0x21, 0x7F) if not (chr(code).isdigit() or chr(code).islower())}
_SIGNS[ord(" ")] = SPACE
_PLAIN = {ord(sign): code for code, sign in _SIGNS.items() if not chr(code).isupper()}
_CONTROLS = {code: chr(0xFEE0 + code) for code in (*range(0x20), 0x7F)}
"""Only values hold them: no fold does that has a word."""
_CONTROL_SIGNS = frozenset(map(chr, _CONTROLS))
_LONGEST_VALUE = 32
LENGTH: Final = 3
"""The characters of the longest grams."""

Grams = tuple[str, ...]


class GramQuery(NamedTuple):
    """Which documents are asked for: of each of `needed` at least one alternative, all grams of it; none of `without`.

    What is found may be more than what is sought, and is never less.
    """

    needed: tuple[tuple[Grams, ...], ...] = ()
    without: Grams = ()


def gram_text(text: str) -> str:
    """A text as it stands in grams."""
    return text.translate(_SIGNS)


def plain_text(written: str) -> str:
    """The text that stands so in grams."""
    return written.translate(_PLAIN)


def grams_of(row: IndexRow) -> set[str]:
    """All the grams of a document."""
    grams: set[str] = set()
    fields = (None, row.album_forms), (TITLE, row.title_forms), (ARTIST, row.artist_forms)
    for marker, forms in fields:
        for form in _findable(forms):
            for word in form.split(" "):
                grams.update(_parts_of_word(word))
            if marker is not None:
                first, last = gram_text(form[:2]), gram_text(form[-2:])
                grams.update((marker + first[:1], marker + first, last + marker))
    further = _findable(row.title_forms[1:])
    grams.update(FURTHER_TITLE + gram_text(form[:length]) for form in further for length in (1, 2))
    initials = (each[:length] for each in initials_of(row) for length in (2, 3) if len(each) >= length)
    grams.update(INITIALS + gram_text(each) for each in initials)
    grams.update(_facts(row))
    return grams


def _findable(forms: Iterable[str]) -> Iterator[str]:
    """All but those of control characters alone, which no query can ask for."""
    return (form for form in forms if form[0] not in _CONTROL_SIGNS)


def initials_of(row: IndexRow) -> tuple[str, ...]:
    """The initials of title and artist."""
    return unwrapped(row.title_initials) + unwrapped(row.artist_initials)


@lru_cache(maxsize=16_384)
def _parts_of_word(word: str) -> tuple[str, ...]:
    """The grams of a word between spaces; the same words come again and again."""
    text = gram_text(word)
    padded = f"{SPACE}{text}{SPACE}"
    twos = map("".join, zip(padded[:-2], text, strict=True))
    threes = map("".join, zip(padded, padded[1:], padded[2:], strict=False))
    return tuple({*text, *twos, *threes})


def _facts(row: IndexRow) -> Iterator[str]:
    yield name_gram(row.artist_name)
    if row.genre is not None:
        yield value_gram(GENRE, row.genre)
    if row.language is not None:
        yield value_gram(LANGUAGE, row.language)
    if row.year is not None:
        yield f"{YEAR}{_number(row.year)}"
        yield f"{DECADE}{_number(row.year // 10)}"
    flags = (LYRICS, row.lyrics), (HIDDEN, row.hidden), (SUNG, row.plays)
    yield from (flag for flag, value in flags if value)


def parts_of(text: str, *, start: bool = False, end: bool = False) -> Grams:
    """The grams of a needle. Its own borders count as those of words if it has them."""
    words = text.split(" ")
    last = len(words) - 1
    parts = (_parts_of_part(word, place > 0 or start, place < last or end) for place, word in enumerate(words))
    return tuple(dict.fromkeys(gram for grams in parts for gram in grams))


def _parts_of_part(word: str, start: bool, end: bool) -> Iterator[str]:
    text = gram_text(word)
    if len(text) == 1 and end and not start:
        yield text  # what ends in a space is a gram of three characters only
        return
    padded = f"{SPACE if start else ''}{text}{SPACE if end else ''}"
    if len(padded) <= LENGTH or not word:
        yield padded
        return
    yield from (padded[place : place + LENGTH] for place in range(len(padded) - LENGTH + 1))


def covering(grams: Grams) -> Grams:
    """A third of the grams of a needle, with the first and the last; of a single word they leave out no letter."""
    return tuple(dict.fromkeys((*grams[::LENGTH], *grams[-1:])))


def start_grams(marker: str, text: str) -> Grams:
    """The grams of a title or artist that begins with a text."""
    written = gram_text(text)
    return (marker + written[:2], *(parts_of(text) if len(written) > 2 else ()))


def whole_grams(marker: str, text: str) -> Grams:
    """The grams of a title or artist that is a text."""
    return (*start_grams(marker, text), gram_text(text)[-2:] + marker)


@lru_cache(maxsize=4_096)
def name_gram(name: str) -> str:
    """The gram of an artist's name as it is stored."""
    return NAME + blake2b(name.encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=4_096)
def value_gram(marker: str, value: str) -> str:
    """The gram of a language or genre, by its fold."""
    fold = key_fold(value)
    if len(fold) > _LONGEST_VALUE:
        return f"{marker}{SPACE}{blake2b(fold.encode(), digest_size=16).hexdigest()}"
    return marker + gram_text(fold).translate(_CONTROLS)


def year_grams(years: Iterable[int], decades: Iterable[int]) -> tuple[Grams, ...]:
    """Alternatives: one of some years, or of some decades (1990 is 199)."""
    return (*((f"{YEAR}{_number(year)}",) for year in years), *((f"{DECADE}{_number(each)}",) for each in decades))


def _number(number: int) -> str:
    return gram_text(str(number))
