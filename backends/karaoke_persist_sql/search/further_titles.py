"""Titles that begin with a text in another form than their first, by which documents are ordered; mostly none do."""

from __future__ import annotations

from collections.abc import Iterable

from karaoke_persist_sql.search.clauses import Asked, Part, all_of, any_of
from karaoke_persist_sql.search.grams import start_grams
from karaoke_persist_sql.search.hits import Hits
from karaoke_persist_sql.search.index import Clause


def further_part(hits: Hits, texts: Iterable[str]) -> Part:
    """By what documents with such a title are found."""
    return Part(tuple(start_grams(hits.dialect.further_title, text) for text in texts))


def further_places(hits: Hits, texts: tuple[str, ...], most: int, also: Clause | None = None) -> list[int] | None:
    """The places of these documents, perhaps of those alone that meet another condition; None if they are many."""
    begins = any_of(hits.tests.begins_further("title", text) for text in texts)
    where = begins if also is None else all_of([begins, also])
    choice = hits.choice(Asked([further_part(hits, texts)], where=[where]))
    return hits.dialect.places(hits.session, hits.tables, choice.grams, most, choice.where)
