"""Near matches: songs and artists that a query with a slip of the finger may have meant.

The distance is the restricted edit distance (optimal string alignment): insertions, deletions, substitutions and swaps
of neighbours, no place edited twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from karaoke_persist.contract.search.document import Forms, SearchDocument
from karaoke_persist.contract.search.plan import Needle, SearchPlan, is_contained, starts_word

SHORTEST = 4
"""Shorter terms have no near matches."""
_LONG = 8
_KEPT = 8_192
"""So many words are remembered for a needle."""


def allowed(text: str) -> int:
    """How many slips are forgiven in a term: none in a short one, 1 from four characters on, 2 from eight."""
    if len(text) < SHORTEST:
        return 0
    return 2 if len(text) >= _LONG else 1


def may_slip(needle: Needle) -> bool:
    """Whether a needle has near matches at all."""
    return not needle.phrase and needle.field != "album" and any(allowed(own) for own in needle.forms)


def slips(needle: Needle, words: Iterable[str]) -> int | None:
    """The fewest slips between a needle and one of these words; None if they are too many for its length."""
    known = _measured(needle)
    return min([count for word in words if (count := known[word]) is not None], default=None)


class _Measured(dict[str, int | None]):
    """The slips between a needle and each word that was met; the same words come again and again."""

    def __init__(self, needle: Needle) -> None:
        super().__init__()
        self._needle = needle

    def __missing__(self, word: str) -> int | None:
        if len(self) >= _KEPT:
            self.clear()
        count = self[word] = slips_to(self._needle, word)
        return count


_measured = lru_cache(maxsize=32)(_Measured)


def slips_to(needle: Needle, word: str) -> int | None:
    """The slips between a needle and a word; None if they are too many for its length."""
    from rapidfuzz.distance import OSA

    if not may_slip(needle):
        return None
    counts = ((OSA.distance(own, word), allowed(own)) for own in needle.forms)
    return min((count for count, most in counts if count <= most), default=None)


def nearest(needle: Needle, words: Sequence[str]) -> dict[str, int]:
    """Those of many words that are near to a needle, but not the same, with their slips; measured all at once."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    found: dict[str, int] = {}
    for own in needle.forms if may_slip(needle) else ():
        for word, count, _ in extract(own, words, scorer=OSA.distance, score_cutoff=allowed(own), limit=None):
            found[word] = min(count, found.get(word, count))
    return {word: count for word, count in found.items() if count}


def distance(plan: SearchPlan, document: SearchDocument) -> int | None:
    """The slips after which all terms are found in a song; None if they are too many. 0 is an ordinary match."""
    return _sum(_in_song(needle, document) for needle in (*plan.needles, *plan.fielded))


def artist_distance(plan: SearchPlan, document: SearchDocument) -> int | None:
    """The slips after which each term without a field, or of the artist, is found in the song's artist."""
    needles = [needle for needle in (*plan.needles, *plan.fielded) if needle.field in (None, "artist")]
    return _sum(_in_artist(needle, document) for needle in needles)


def words_of(forms: Forms) -> set[str]:
    """The words of all the forms of a field."""
    return {word for form in forms for word in form.split()}


def _in_song(needle: Needle, document: SearchDocument) -> int | None:
    if is_contained(needle, document):
        return 0
    if needle.field is None:
        return slips(needle, words_of(document.title + document.artist))
    return slips(needle, words_of({"title": document.title, "artist": document.artist}.get(needle.field, ())))


def _in_artist(needle: Needle, document: SearchDocument) -> int | None:
    forms = document.artist
    there = starts_word(needle, forms) if needle.phrase else any(own in form for form in forms for own in needle.forms)
    return 0 if there else slips(needle, words_of(forms))


def _sum(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total
