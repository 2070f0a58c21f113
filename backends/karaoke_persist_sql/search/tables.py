"""The tables of the search index. They are functions of the songs' rows alone, and are written beside them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import DDL, Column, Index, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint, event

from karaoke_persist.contract.search import NORMALISER
from karaoke_persist.models import Kind
from karaoke_persist_sql import names
from karaoke_persist_sql.search.rows import IndexRow

PREFIX: Final = "kp_search"
_INTEGERS = frozenset({"place", "year", "lyrics", "hidden", "plays"})
_NULLABLE = frozenset(
    {
        "album",
        "more_title",
        "more_artist",
        "more_album",
        "title_initials",
        "artist_initials",
        "language",
        "genre",
        "year",
    }
)


class SearchTables:
    """The tables of one index, which share a prefix."""

    def __init__(self, metadata: MetaData, dialect: Any, prefix: str = PREFIX) -> None:
        self._metadata, self._dialect, self.prefix = metadata, dialect, prefix
        self.docs = self._table("docs", ("place", *IndexRow._fields), ("place",), plain=True)
        """The documents. `place` numbers them in the order in which they are shown."""
        self.words = self._table("words", ("length", "word"), ("length", "word"))
        """The words of titles and artists, for near matches. Nothing is ever taken out."""
        form = ("further", "form", "name", "forms")
        self.artists = self._table("artists", (*form, *COUNTS), form)
        """For each form of an artist, the primary ones first: the name, all forms it goes with, and how many songs have
        them."""
        self.artist_words = self._table("artist_words", ("word", "name", "forms", "songs"), ("word", "name", "forms"))
        """The same for each word of the forms."""
        self.artist_starts = self._table("artist_starts", ("start", "form", "name", *COUNTS), ("start", "form", "name"))
        """For the first one, two and three characters of each form of an artist: the primary form, and the name."""
        self.song_starts = self._table("song_starts", ("start", "rank", "place"), ("start", "rank", "place"))
        """The same for the songs that were sung. `rank` is how often, negative, so that the most sung come first."""
        self.facets = self._table("facets", FACETS, ("facet", "hidden", "fold", "value"))
        """How many songs have each language, genre, decade and artist."""
        self.state = self._table("state", ("id", "version"), ("id",))
        """The version of the normaliser that made the index."""
        self._index(self.docs, "title", "artist", "song_id")
        self._index(self.artist_starts, "start", "plays", "form", "name")
        self._index(self.artist_starts, "start", "visible_plays", "form", "name")
        self._index(self.facets, "facet", "hidden", "songs", "fold", "value")
        self._after_create(self.docs, *dialect.search.creation(self))
        self._after_create(self.state, f"INSERT INTO {self.name(self.state)} VALUES (1, {NORMALISER.version})")  # noqa: S608

    @property
    def all(self) -> tuple[Table, ...]:
        """Every table that SQLAlchemy knows."""
        words = self.words, self.artists, self.artist_words, self.artist_starts
        return (self.docs, *words, self.song_starts, self.facets, self.state)

    def name(self, table: Table) -> str:
        """A table's name as statements say it."""
        return str(self._dialect.qualified(table.name))

    def _table(self, name: str, columns: tuple[str, ...], key: tuple[str, ...], *, plain: bool = False) -> Table:
        table, types = f"{self.prefix}_{name}", self._dialect.column_types
        numbers = _INTEGERS | set(COUNTS) | {"id", "version", "length", "rank", "further"}
        return Table(
            table,
            self._metadata,
            *[
                Column(
                    column,
                    types[Kind.INTEGER if column in numbers else Kind.TEXT],
                    nullable=plain and column in _NULLABLE,
                    autoincrement=False,
                )
                for column in columns
            ],
            *(self._dialect.search.more_columns() if plain else ()),
            PrimaryKeyConstraint(*key, name=names.primary_key_name(table)),
            *([UniqueConstraint("song_id", name=names.unique_name(table, ("song_id",)))] if plain else []),
            schema=self._dialect.schema,
            **(self._dialect.table_options if plain else self._dialect.counter_options),
        )

    def _index(self, table: Table, *columns: str) -> None:
        falling = {"songs", "plays", "visible_plays"}
        parts = [table.c[name].desc() if name in falling else table.c[name] for name in columns]
        Index(names.index_name(table.name, *columns), *parts)

    def _after_create(self, table: Table, *statements: str) -> None:
        for statement in statements:
            ddl: Any = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl)


COUNTS: Final = ("songs", "visible", "plays", "visible_plays")
"""How many songs, how many that are not hidden, and how often both were sung."""
FACETS: Final = ("facet", "hidden", "fold", "value", "songs")
