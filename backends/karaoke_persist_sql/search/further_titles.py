"""Titles that begin with a text in another form than their first, by which documents are ordered; mostly none do."""

from __future__ import annotations

from collections.abc import Iterable

from karaoke_persist_sql.search.clauses import all_of, any_of
from karaoke_persist_sql.search.grams import FURTHER_TITLE, GramQuery, start_grams
from karaoke_persist_sql.search.hits import Hits
from karaoke_persist_sql.search.index import Clause


def further_grams(hits: Hits, texts: Iterable[str]) -> GramQuery:
    """What documents with such a title have.

    Where only further titles have the gram of the beginning, few do, and one more is enough: reading takes longer.
    """
    marker = hits.dialect.further_title
    starts = (start_grams(marker, text) for text in texts)
    return GramQuery((tuple((grams[0], *grams[1:][-1:]) if marker == FURTHER_TITLE else grams for grams in starts),))


def further_places(hits: Hits, texts: tuple[str, ...], most: int, also: Clause | None = None) -> list[int] | None:
    """The places of these documents, perhaps of those alone that meet another condition; None if they are many."""
    begins = any_of(hits.tests.begins_further("title", text) for text in texts)
    where = begins if also is None else all_of([begins, also])
    return hits.dialect.places(hits.session, hits.tables, further_grams(hits, texts), most, where)
