"""The strings that all versions of an index share. It only grows, so that readers need no lock."""

from __future__ import annotations

from collections.abc import Iterable

from karaoke_persist.contract.search.near import allowed
from karaoke_persist.contract.search.plan import Needle


class Vocabulary:
    """The words of titles and artists, and one string for each gram."""

    __slots__ = ("_grams", "_words")

    def __init__(self) -> None:
        self._grams: dict[str, str] = {}
        self._words: dict[str, None] = {}

    def shared(self, gram: str) -> str:
        """The string that is kept for this gram."""
        return self._grams.setdefault(gram, gram)

    def add(self, words: Iterable[str]) -> None:
        """Take in the words of a document."""
        self._words.update(dict.fromkeys(words))

    def near(self, needle: Needle) -> list[str]:
        """The words that are perhaps as near to a needle as its near matches are."""
        return [word for own in needle.forms if allowed(own) for word in self._within(own, allowed(own))]

    def _within(self, own: str, most: int) -> Iterable[str]:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        lengths = range(len(own) - most, len(own) + most + 1)
        words = [word for word in tuple(self._words) if len(word) in lengths]
        return (found[0] for found in extract(own, words, scorer=OSA.distance, score_cutoff=most, limit=None))
