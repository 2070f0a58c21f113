"""Whether the full-text index holds just the grams of the documents.

It cannot be asked what it holds of one document. It can be asked for all pairs of a gram and a document in the order of
grams; so of each gram the documents are counted and their places added up, here and there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from karaoke_persist.contract.findings import Finding
from karaoke_persist_sql.search import GramCheck, PlacedRow, grams_of
from karaoke_persist_sqlite.gram_counts import sampled

_MODULUS = 1_000_003
"""A prime: sums of places stay small, and tell documents apart."""
_PAIRS = f"SELECT term, count(*), sum(doc % {_MODULUS}) FROM temp.kp_pairs GROUP BY term"  # noqa: S608


class FullTextCheck(GramCheck):
    """The grams of all documents, counted."""

    def __init__(self, session: Any, table: str, counts: str) -> None:
        self._session, self._table, self._counted = session, table, counts
        self._sampled: Counter[str] = Counter()
        self._counts: dict[str, int] = {}
        self._sums: dict[str, int] = {}

    def see(self, rows: Sequence[PlacedRow]) -> None:
        """Count the grams of some documents."""
        counts, sums = self._counts, self._sums
        self._sampled.update(sampled(rows))
        for place, row in rows:
            rest = place % _MODULUS
            for gram in grams_of(row):
                counts[gram] = counts.get(gram, 0) + 1
                sums[gram] = sums.get(gram, 0) + rest

    def findings(self) -> Iterator[Finding]:
        """How many grams have other documents than they should."""
        there = {(gram, number, places) for gram, number, places in self._pairs()}
        wanted = {(gram, number, self._sums[gram]) for gram, number in self._counts.items()}
        if wrong := {gram for gram, *_ in there ^ wanted}:
            yield Finding("grams", self._table, f"{len(wrong)} grams have too many documents or too few")
        counted = dict(self._session.fetch(f"SELECT gram, docs FROM {self._counted}", ()))  # noqa: S608
        if wrong := {gram for gram, _ in counted.items() ^ self._sampled.items()}:
            yield Finding("grams", self._counted, f"{len(wrong)} grams are counted wrongly")

    def _pairs(self) -> list[tuple[Any, ...]]:
        """From a view on the index that is there for this connection alone, and for no longer than this."""
        session = self._session
        session.execute("PRAGMA query_only = OFF")
        session.execute(f"CREATE VIRTUAL TABLE temp.kp_pairs USING fts5vocab(main, {self._table}, instance)")
        try:
            return session.fetch(_PAIRS, ())  # type: ignore[no-any-return]
        finally:
            session.execute("DROP TABLE temp.kp_pairs")
            if not session.writes:
                session.execute("PRAGMA query_only = ON")
