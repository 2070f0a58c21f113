"""Which songs are hits, and in which order: grams narrow, the rules of the contract decide."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from karaoke_persist.contract.reference.search_answers import Place
from karaoke_persist.contract.search.document import SearchDocument
from karaoke_persist.contract.search.plan import LAST_TIER, SearchPlan, matches, tier_of
from karaoke_persist_memory.search.chunk import Chunk
from karaoke_persist_memory.search.grams import (
    HIDDEN,
    Sieve,
    is_decided_by_grams,
    is_decided_by_text,
    sieve_of,
    tier_sieves,
)
from karaoke_persist_memory.search.index import SearchIndex

Candidates = list[tuple[Chunk, int]]
"""Bitmaps of what may be hits, chunk by chunk, in the order in which songs are shown."""


class Finding:
    """The hits of a plan in an index."""

    def __init__(self, index: SearchIndex, plan: SearchPlan) -> None:
        self._plan, self._sieve = plan, sieve_of(plan)
        self._candidates = candidates(index, plan, self._sieve)
        self._is_decided = is_decided_by_text(plan)

    @property
    def at_most(self) -> int:
        """No more than so many songs are hits."""
        return number_of(self._candidates)

    def count(self) -> int:
        """How many songs are hits."""
        return self.at_most if is_decided_by_grams(self._plan) else sum(1 for _ in self.hits())

    def hits(self) -> Iterator[SearchDocument]:
        """All hits, by title."""
        found = (each for chunk, bitmap in self._candidates for each in chunk.documents(bitmap, self._sieve))
        return (each for each in found if (self._is_decided and not each.initials(None)) or self.is_hit(each))

    def is_hit(self, document: SearchDocument) -> bool:
        """Whether the rules say so."""
        return matches(self._plan, document)

    def ranked(self, after: Place | None) -> Iterator[tuple[Place, str]]:
        """The places and ids of the hits, best tier first, from after a place on."""
        judged: dict[str, int] = {}
        sieves = tier_sieves(self._plan)
        for tier, sieve in enumerate(sieves, LAST_TIER + 1 - len(sieves)):
            if after is not None and tier < after[0]:
                continue
            mark = after[1:] if after is not None and tier == after[0] else None
            for document in self._of_tier(tier, sieve, mark, judged):
                yield (tier, *document.order), document.id

    def _of_tier(self, tier: int, sieve: Sieve, mark: Place | None, judged: dict[str, int]) -> Iterator[SearchDocument]:
        """The hits of one tier. What is looked at is judged once, though several tiers may have to."""
        for chunk, bitmap in self._from(mark):
            for document in chunk.documents(chunk.passing(sieve, bitmap), sieve if sieve.pieces else self._sieve):
                if mark is not None and document.order <= mark:
                    continue
                if document.id not in judged:
                    judged[document.id] = self._tier(document)
                if judged[document.id] == tier:
                    yield document

    def _tier(self, document: SearchDocument) -> int:
        return tier_of(self._plan, document) if self.is_hit(document) else LAST_TIER + 1

    def _from(self, mark: Place | None) -> Candidates:
        if mark is None:
            return self._candidates
        start = bisect_right(self._candidates, mark, key=lambda each: each[0].first)
        return self._candidates[max(0, start - 1) :]


def candidates(index: SearchIndex, plan: SearchPlan, sieve: Sieve) -> Candidates:
    """What passes a sieve, is shown, and of the years that are meant."""
    found = []
    for chunk in index.chunks:
        bitmap = chunk.passing(sieve, chunk.live)
        if bitmap and not plan.hidden:
            bitmap &= ~chunk.segment.bitmaps.get(HIDDEN, 0)
        if bitmap and plan.years is not None:
            bitmap &= chunk.segment.within(plan.years)
        if bitmap:
            found.append((chunk, bitmap))
    return found


def number_of(found: Candidates) -> int:
    """How many candidates there are."""
    return sum(bitmap.bit_count() for _, bitmap in found)
