"""The strings that all versions of an index share. It only grows, so that readers need no lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from karaoke_persist.contract.search.near import allowed, nearest
from karaoke_persist.contract.search.plan import Needle


class Vocabulary:
    """The words of titles and artists, and one string for each gram."""

    __slots__ = ("_grams", "_words")

    def __init__(self) -> None:
        self._grams: dict[str, str] = {}
        self._words: defaultdict[int, dict[str, None]] = defaultdict(dict)  # by length

    def shared(self, gram: str) -> str:
        """The string that is kept for this gram."""
        return self._grams.setdefault(gram, gram)

    def add(self, words: Iterable[str]) -> None:
        """Take in the words of a document."""
        for word in words:
            self._words[len(word)][word] = None

    def near(self, needle: Needle) -> Iterable[str]:
        """The words that are near to a needle."""
        lengths = {length for own in needle.forms for length in _lengths(own)}
        return nearest(needle, [word for length in lengths for word in tuple(self._words.get(length, ()))])


def _lengths(own: str) -> range:
    """Of the words that are perhaps near."""
    most = allowed(own)
    return range(len(own) - most, len(own) + most + 1)
