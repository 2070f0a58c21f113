"""Titles that begin with a text in another form than their first, by which documents are ordered; mostly none do."""

from __future__ import annotations

from collections.abc import Iterable

from karaoke_persist_sql.search.clauses import Part, in_range
from karaoke_persist_sql.search.grams import start_grams
from karaoke_persist_sql.search.hits import Hits


def further_part(hits: Hits, texts: Iterable[str]) -> Part:
    """By what documents with such a title are found."""
    return Part(tuple(start_grams(hits.dialect.further_title, text) for text in texts))


def further_places(hits: Hits, texts: Iterable[str], most: int) -> list[int] | None:
    """The places of these documents; None if there are more than so many forms."""
    places = list[int]()
    for text in texts:
        where, titles = in_range("form", text), hits.tables.name(hits.tables.further_titles)
        sql = f"SELECT place FROM {titles} WHERE {where.sql} LIMIT ?"  # noqa: S608
        places += (place for (place,) in hits.fetch(sql, (*where.parameters, most + 1 - len(places))))
        if len(places) > most:
            return None
    return places
