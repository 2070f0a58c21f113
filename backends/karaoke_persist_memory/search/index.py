"""The index of one version of the songs: an immutable value, of which a write makes the next."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, TypeAlias

from rpds import HashTrieMap

from karaoke_persist.contract.search.document import SearchDocument
from karaoke_persist_memory.search.chunk import Chunk, Place, Segment
from karaoke_persist_memory.search.vocabulary import Vocabulary

SIZE: Final = 1_024
"""So many documents a new chunk has at most."""
ROOM: Final = 2 * SIZE
"""A segment with more documents, live or not, is made anew."""

Located: TypeAlias = "HashTrieMap[str, tuple[SearchDocument, int]]"
Found = dict[str, tuple[SearchDocument, int]]
Change = tuple[str, SearchDocument | None]
"""The id of a song, and what it is now; None if it is gone."""


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """All documents in chunks, in the order in which songs are shown; and by id, with their numbers in segments."""

    chunks: tuple[Chunk, ...]
    located: Located
    vocabulary: Vocabulary

    @classmethod
    def empty(cls) -> SearchIndex:
        """Of no songs at all."""
        return cls((), HashTrieMap(), Vocabulary())

    def updated(self, changes: Iterable[Change]) -> SearchIndex:
        """The index after some changes. Segments are shared with this one, so one thread at a time may do it."""
        located = self.located
        gone, new = defaultdict[int, list[int]](list), defaultdict[int, list[SearchDocument]](list)
        for key, document in changes:
            old = located.get(key)
            if old is not None:
                gone[self._chunk_at(old[0].order)].append(old[1])
                located = located.remove(key)
            if document is not None:
                new[self._chunk_at(document.order)].append(document)
        chunks: list[Chunk] = []
        for place, chunk in enumerate(self.chunks or (_NOTHING,)):
            if place not in gone and place not in new:
                chunks.append(chunk)
                continue
            some, found = self._changed(chunk, gone[place], new[place])
            chunks += some
            located = located.update(found)
        return replace(self, chunks=tuple(chunks), located=located)

    def document(self, key: str) -> SearchDocument:
        """The document of a song."""
        return self.located[key][0]

    def _chunk_at(self, place: Place) -> int:
        return max(0, bisect_right(self.chunks, place, key=lambda chunk: chunk.first) - 1)

    def _changed(self, chunk: Chunk, gone: Iterable[int], new: Sequence[SearchDocument]) -> tuple[list[Chunk], Found]:
        """The chunks after some changes, and where the documents are that have moved."""
        live = chunk.live & ~sum(1 << number for number in gone)
        if len(chunk.segment.documents) + len(new) > ROOM or chunk is _NOTHING:
            return self._rebuilt([*chunk.documents(live), *new])
        found = {document.id: (document, chunk.segment.add(document)) for document in new}
        live |= sum(1 << number for _, number in found.values())
        return ([replace(chunk, live=live)] if live else []), found

    def _rebuilt(self, documents: list[SearchDocument]) -> tuple[list[Chunk], Found]:
        documents.sort(key=lambda document: document.order)
        chunks: list[Chunk] = []
        found: Found = {}
        for part in _parts(documents):
            chunks.append(Chunk(Segment(part, self.vocabulary), (1 << len(part)) - 1, part[0].order))
            found |= {document.id: (document, number) for number, document in enumerate(part)}
        return chunks, found


_NOTHING: Final = Chunk(Segment((), Vocabulary()), 0, ("", "", ""))


def _parts(documents: list[SearchDocument]) -> Iterator[list[SearchDocument]]:
    """Parts of about the same length."""
    parts = max(1, -(-len(documents) // SIZE))
    ends = [len(documents) * part // parts for part in range(parts + 1)]
    return (documents[start:end] for start, end in pairwise(ends) if end > start)
