"""The search index of SQL backends: tables, upkeep, queries; a dialect adds how grams are kept and asked for."""

from karaoke_persist_sql.search.grams import GramQuery, gram_text, grams_of
from karaoke_persist_sql.search.index import Clause, SearchDialect, Source
from karaoke_persist_sql.search.rows import IndexRow, PlacedRow
from karaoke_persist_sql.search.tables import SearchTables

__all__ = [
    "Clause",
    "GramQuery",
    "IndexRow",
    "PlacedRow",
    "SearchDialect",
    "SearchTables",
    "Source",
    "gram_text",
    "grams_of",
]
