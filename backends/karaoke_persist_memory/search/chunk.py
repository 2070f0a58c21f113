"""A run of documents that follow each other in the order in which songs are shown, with a bitmap for each gram."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from karaoke_persist.contract.reference.facets import VALUES
from karaoke_persist.contract.search import Facet, SearchDocument, Years
from karaoke_persist.contract.search.near import words_of
from karaoke_persist.contract.search.plan import is_within
from karaoke_persist_memory.search.grams import EVERYTHING, Gram, Piece, Sieve, grams_of, text_of
from karaoke_persist_memory.search.vocabulary import Vocabulary

Place = tuple[str, str, str]


class Segment:
    """Documents by number, and the numbers of those that have a gram as the bits of an integer.

    Nothing that is in here ever changes or goes away, so that every version of the index may use it at once: a
    version knows by a bitmap which of the numbers are its own.
    """

    __slots__ = ("_vocabulary", "_years", "bitmaps", "documents", "in_order", "texts")

    def __init__(self, documents: Iterable[SearchDocument], vocabulary: Vocabulary) -> None:
        self.documents: list[SearchDocument] = []
        self.texts: list[str] = []
        self.bitmaps: dict[Gram, int] = {}
        self._years: dict[int, int] = {}
        self._vocabulary = vocabulary
        for document in documents:
            self.add(document)
        self.in_order = len(self.documents)
        """So many came in the order in which they are shown; later ones come as they are written."""

    def add(self, document: SearchDocument) -> int:
        """Take a document in, and tell its number."""
        number, bitmaps = len(self.documents), self.bitmaps
        self.documents.append(document)
        self.texts.append(text_of(document))
        self._vocabulary.add(words_of((*document.title, *document.artist)))
        bit = 1 << number
        for gram in grams_of(document):
            have = bitmaps.get(gram)
            if have is None:
                bitmaps[self._vocabulary.shared(gram)] = bit
            else:
                bitmaps[gram] = have | bit
        if document.year is not None:
            self._years[document.year] = self._years.get(document.year, 0) | bit
        return number

    def within(self, years: Years) -> int:
        """The documents of some years."""
        return reduce(or_, (bitmap for year, bitmap in tuple(self._years.items()) if is_within(year, years)), 0)


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one version of the index sees of a segment."""

    segment: Segment
    live: int
    """The bitmap of its documents."""
    first: Place
    """Its documents stand from here on, up to where the next chunk begins."""

    counts: dict[tuple[Facet, bool], Counter[Any]] = field(init=False, default_factory=dict, compare=False)

    def passing(self, sieve: Sieve, bitmap: int) -> int:
        """Which of the documents of a bitmap have the grams."""
        bitmaps = self.segment.bitmaps
        for group in sieve.grams:
            passed = 0
            for grams in group:
                here = bitmap
                for gram in grams:
                    here &= bitmaps.get(gram, 0)
                passed |= here
            bitmap = passed
        return bitmap

    def documents(self, bitmap: int, sieve: Sieve = EVERYTHING) -> Iterator[SearchDocument]:
        """The documents of a bitmap that have the pieces, in the order in which songs are shown."""
        documents, texts, pieces = self.segment.documents, self.segment.texts, sieve.pieces
        found = (documents[number] for number in numbers(bitmap) if _has(texts[number], pieces))
        return iter(sorted(found, key=lambda document: document.order)) if bitmap >> self.segment.in_order else found

    def counted(self, facet: Facet, hidden: bool) -> Counter[Any]:
        """How many of its songs have each value of a facet. It is counted once, for a chunk never changes."""
        if (facet, hidden) not in self.counts:
            shown = (document for document in self.documents(self.live) if hidden or not document.hidden)
            self.counts[facet, hidden] = Counter(map(VALUES[facet], shown))
        return self.counts[facet, hidden]


def numbers(bitmap: int) -> Iterator[int]:
    """The places of the bits, from the lowest on."""
    while bitmap:
        lowest = bitmap & -bitmap
        yield lowest.bit_length() - 1
        bitmap ^= lowest


def _has(text: str, pieces: tuple[tuple[Piece, ...], ...]) -> bool:
    for group in pieces:
        for piece in group:
            if piece in text:
                break
        else:
            return False
    return True
