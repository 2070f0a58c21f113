"""The search index of SQL backends: tables, upkeep, queries; a dialect adds how grams are kept and asked for."""

from karaoke_persist_sql.search.grams import (
    ARTIST,
    DECADE,
    GENRE,
    HIDDEN,
    INITIALS,
    LANGUAGE,
    LYRICS,
    NAME,
    SUNG,
    TITLE,
    YEAR,
    GramQuery,
    Grams,
    gram_text,
    grams_of,
    name_gram,
    plain_text,
    value_gram,
)
from karaoke_persist_sql.search.index import Clause, SearchDialect, Source, Stream
from karaoke_persist_sql.search.rows import IndexRow, PlacedRow
from karaoke_persist_sql.search.tables import SearchTables

__all__ = [
    "ARTIST",
    "DECADE",
    "GENRE",
    "HIDDEN",
    "INITIALS",
    "LANGUAGE",
    "LYRICS",
    "NAME",
    "SUNG",
    "TITLE",
    "YEAR",
    "Clause",
    "GramQuery",
    "Grams",
    "IndexRow",
    "PlacedRow",
    "SearchDialect",
    "SearchTables",
    "Source",
    "Stream",
    "gram_text",
    "grams_of",
    "name_gram",
    "plain_text",
    "value_gram",
]
