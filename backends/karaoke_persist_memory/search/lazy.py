"""The index of a version that perhaps nobody searches: made at the first search, from that of an earlier version."""

from __future__ import annotations

from operator import itemgetter
from threading import Lock

from rpds import HashTrieMap, HashTrieSet

from karaoke_persist.contract.search import NORMALISER, SOURCE_FIELDS, SearchDocument, document_of, is_missing
from karaoke_persist.models import Record
from karaoke_persist_memory.search.index import SearchIndex

_sources = itemgetter(*SOURCE_FIELDS)
_NOBODY: HashTrieSet[str] = HashTrieSet()


class LazyIndex:
    """An index in the making: an earlier one, and the ids of the songs that were written since.

    Writers only note ids. Until somebody searches there is no earlier one, and nothing is noted.
    """

    __slots__ = ("_changed", "_index", "_origin")

    def __init__(self, origin: SearchIndex | None = None, changed: HashTrieSet[str] = _NOBODY) -> None:
        self._origin, self._changed = origin, changed
        self._index: SearchIndex | None = None

    def after(self, key: str, old: Record | None, new: Record | None) -> LazyIndex:
        """The index of the version in which this row is another."""
        if old is not None and new is not None and _sources(old.__dict__) == _sources(new.__dict__):
            return self
        if self._index is not None:
            return LazyIndex(self._index, HashTrieSet([key]))
        return LazyIndex() if self._origin is None else LazyIndex(self._origin, self._changed.insert(key))

    def of(self, rows: HashTrieMap[str, Record], lock: Lock) -> SearchIndex:
        """The index of this version, whose rows these are. The lock lets one thread at a time make one."""
        if self._index is None:
            with lock:
                if self._index is None:
                    self._index = self._made(rows)
        return self._index

    def _made(self, rows: HashTrieMap[str, Record]) -> SearchIndex:
        origin = SearchIndex.empty() if self._origin is None else self._origin
        keys = rows.keys() if self._origin is None else self._changed
        return origin.updated((key, _document(rows.get(key))) for key in keys)


def _document(row: Record | None) -> SearchDocument | None:
    return None if row is None or is_missing(row.__dict__) else document_of(row.__dict__, NORMALISER)
