"""How many documents have certain grams, going by a sample that is kept in this process.

Whether a question is put to the index or answered by a walk is decided for each statement. To look at a sample in the
server each time takes longer than most answers. What is told here only chooses the way, so that a sample that is no
longer true costs time and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from karaoke_persist_sql.search import GramQuery, Grams, IndexRow, grams_of

if TYPE_CHECKING:
    from karaoke_persist_sql.reading import ReadingSession

BLOCKS: Final = 32
"""About so many blocks of the table are read, of some thirty documents each."""
BLOCK: Final = 8_192
"""The bytes of one, nearly everywhere."""
CHECKED: Final = 50
"""After so many uses the size of the table is asked for; at each while it is small, for it may grow at once."""
KEPT: Final = 10_000
"""After so many, another sample is taken in any case."""
GROWN: Final = 1.3
"""If the table is so many times as large as it was, or as small, the sample is taken anew."""
_COLUMNS = ", ".join(IndexRow._fields)


class Sample:
    """Some documents, as the bits of a number for each gram."""

    def __init__(self, rows: Collection[IndexRow], weight: float) -> None:
        """Each document stands for so many."""
        self._weight, self._all = weight, (1 << len(rows)) - 1
        self._having: dict[str, int] = {}
        for number, row in enumerate(rows):
            for gram in grams_of(row):
                self._having[gram] = self._having.get(gram, 0) | 1 << number

    def number_with(self, grams: GramQuery) -> float:
        """About how many documents there are with these grams."""
        found = self._all
        for alternatives in grams.needed:
            found &= self._with_one(alternatives)
        for gram in grams.without:
            found &= ~self._having.get(gram, 0)
        return found.bit_count() * self._weight

    def _with_one(self, alternatives: Iterable[Grams]) -> int:
        either = 0
        for grams in alternatives:
            all_of_them = self._all
            for gram in grams:
                all_of_them &= self._having.get(gram, 0)
            either |= all_of_them
        return either


class Taken(NamedTuple):
    """A sample, the size of the table it is of, and how often it was used."""

    sample: Sample
    size: int
    uses: Iterator[int]

    def is_old(self, session: ReadingSession, docs: str) -> bool:
        """Whether the table may be another by now."""
        uses = next(self.uses)
        if self.size > BLOCKS * BLOCK and uses % CHECKED:
            return uses > KEPT
        size = _size(session, docs)
        return uses > KEPT or not self.size / GROWN <= size <= self.size * GROWN


class Samples:
    """The samples of a store, by the tables they are of. Whichever thread takes one, all go by it."""

    def __init__(self) -> None:
        self._taken: dict[str, Taken] = {}

    def of(self, session: ReadingSession, docs: str) -> Sample:
        """A sample of a table of documents, not far from the truth."""
        taken = self._taken.get(docs)
        if taken is None or taken.is_old(session, docs):
            taken = self._taken[docs] = _taken(session, docs)
        return taken.sample


def _taken(session: ReadingSession, docs: str) -> Taken:
    size = _size(session, docs)
    share = min(1.0, BLOCKS * BLOCK / max(size, BLOCK))
    sql = f"SELECT {_COLUMNS} FROM {docs} TABLESAMPLE SYSTEM (CAST($1 AS real))"  # noqa: S608
    rows = [IndexRow(*row) for row in session.fetch(sql, (100 * share,))]
    return Taken(Sample(rows, 1 / share), size, count(1))


def _size(session: ReadingSession, docs: str) -> int:
    return int(session.fetch("SELECT pg_relation_size(CAST($1 AS regclass))", (docs,))[0][0])
