"""Grams as PostgreSQL keeps them: numbers.

Three characters are at most 63 bits, so a number of 64 says exactly which they are: it is smaller than the text in an
array, compared at once, and knows no collation. Below zero are initials, coded the same way, and what is longer than
three characters, such as a genre, by its hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import cycle, islice
from typing import Final

from karaoke_persist_sql.search import (
    DECADE,
    GENRE,
    INITIALS,
    LANGUAGE,
    NAME,
    YEAR,
    Clause,
    GramQuery,
    covering,
    plain_text,
)

BITS: Final = 21
"""Of a character."""
NUMBER_BITS: Final = 42
"""Of a year; its marker stands before it."""
ENOUGH: Final = 8
"""Grams of a question: each makes the scan longer, and few are left out by one more."""
_INITIALS_END = 1 << 62
"""Only private characters would be beyond."""
_KEYS = {NAME, GENRE, LANGUAGE}
_YEARS = {YEAR, DECADE}


@lru_cache(maxsize=65_536)
def gram_code(gram: str) -> int:
    """The number of a gram."""
    marker = gram[0]
    if marker in _KEYS:
        return -1 - _INITIALS_END - int.from_bytes(blake2b(gram.encode(), digest_size=8).digest()) // 4
    if marker in _YEARS:
        return ord(marker) << NUMBER_BITS | int(plain_text(gram[1:])) & (1 << NUMBER_BITS) - 1
    if marker == INITIALS:
        return -1 - _spelled(plain_text(gram[1:]))
    return _spelled(plain_text(gram))


def _spelled(text: str) -> int:
    code = 0
    for letter in text:
        code = code << BITS | ord(letter)
    return code


def key_of(gram: str | None) -> int | None:
    """What is stored beside a document for a gram that SQL cannot make."""
    return None if gram is None else gram_code(gram)


def index_clauses(column: str, grams: GramQuery) -> Iterator[Clause]:
    """What the index is asked: for all grams of a part without alternatives, for one of each round otherwise.

    Alternatives of several grams are asked for in rounds, each for one gram of every alternative, so that one scan
    serves them all. That finds more than one of the alternatives whole; so do grams in general. A part of a single gram
    is asked for exactly.
    """
    every: dict[int, None] = {}
    rounds: dict[tuple[int, ...], None] = {}
    most = max(1, ENOUGH // max(1, len(grams.needed)))
    for alternatives in grams.needed:
        codes = [[gram_code(gram) for gram in covering(each)] for each in alternatives]
        longest = min(most, max(map(len, codes)))
        for turn in zip(*(islice(cycle(each), longest) for each in codes), strict=True):
            either = tuple(dict.fromkeys(turn))
            if len(either) == 1:
                every[either[0]] = None
            else:
                rounds[either] = None
    if every:
        yield Clause(f"{column} @> CAST(? AS bigint[])", (_packed(every),))
    for either in rounds:
        yield Clause(f"{column} && CAST(? AS bigint[])", (_packed(either),))


def _packed(codes: dict[int, None] | tuple[int, ...]) -> str:
    return f"{{{','.join(map(str, codes))}}}"
