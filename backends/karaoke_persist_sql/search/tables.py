"""The tables of an index of search. They are functions of the songs' rows alone, and are written beside them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    DDL,
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    event,
    literal_column,
)

from karaoke_persist.models import Kind
from karaoke_persist_sql import names
from karaoke_persist_sql.search.index import SearchDialect
from karaoke_persist_sql.search.rows import IndexRow

PREFIX: Final = "kp_search"
COUNTS: Final = ("songs", "visible", "plays", "visible_plays")
"""How many songs, how many that are not hidden, and how often both were sung."""
SUNG: Final = ("artists", "plays", "visible_plays")
FACETS: Final = ("facet", "hidden", "fold", "value", "songs")
_ZERO: Final[ColumnElement[int]] = literal_column("0")
_INTEGERS = frozenset(
    {"place", "year", "lyrics", "hidden", "length", "rank", "further", "id", "artist_id", *COUNTS, *SUNG}
)
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

ENDING: Final = "substr(word, CAST(length - 1 AS integer))"
"""The last two characters of a word."""
MIDDLE: Final = "substr(word, 3, 2)"
"""The third and fourth."""


class SearchTables:
    """The tables of one index, which share a prefix."""

    def __init__(self, metadata: MetaData, dialect: Any, prefix: str = PREFIX) -> None:
        self._metadata, self._dialect, self.prefix = metadata, dialect, prefix
        self.dialect: SearchDialect = dialect.search
        """How grams are kept and asked for."""
        self.docs = self._table("docs", ("place", *IndexRow._fields), ("place",), unique=("song_id",))
        """The documents. `place` numbers them in the order in which they are shown."""
        self.words = self._table("words", ("length", "word"), ("length", "word"))
        """The words of titles and artists, for near matches. Nothing is ever taken out."""
        self.artists = self._table("artists", ("id", "name", "forms", *COUNTS), ("id",), unique=("name", "forms"))
        """The artists: a name with all forms that go with it, and how many songs have them."""
        form = ("further", "form", "artist_id")
        self.artist_forms = self._table("artist_forms", form, form)
        """The artists by each form; those by a primary one come first."""
        self.artist_words = self._table("artist_words", ("word", "artist_id"), ("word", "artist_id"))
        """The artists by each word of their forms."""
        self.artist_starts = self._table("artist_starts", ("start", "form", "name", *SUNG), ("start", "form", "name"))
        """For the first one, two and three characters of the forms of artists: the primary form, the name, how many
        rows of `artists` have such a form, and how often their songs were sung."""
        self.song_starts = self._table("song_starts", ("start", "rank", "place"), ("start", "rank", "place"))
        """The same for the songs that were sung. `rank` is how often, negative, so that the most sung come first."""
        self.further_titles = self._table("further_titles", ("form", "place"), ("form", "place"))
        """The songs by each form of their titles but the primary one."""
        self.facets = self._table("facets", FACETS, ("facet", "hidden", "fold", "value"))
        """How many songs have each language, genre and decade, and how many hidden ones each artist."""
        self._index(self.docs, "title", "artist", "song_id")
        plays = self.docs.c.plays
        self._index(self.docs, "plays", "song_id", where=plays > _ZERO)
        # The same songs in other words, lest PostgreSQL, which does not know how few were sung, take the one above.
        self._index(self.docs, "title", where=plays != _ZERO)
        for name in SUNG[1:]:
            sung = self.artist_starts.c[name] > _ZERO
            self._index(self.artist_starts, "start", name, "form", "name", where=sung, down=name)
        after_create(self.docs, *self.dialect.creation(self))
        after_create(self.words, self._word_index("ending", ENDING), self._word_index("middle", MIDDLE))

    @property
    def all(self) -> tuple[Table, ...]:
        """Every table that SQLAlchemy knows."""
        artists = self.artists, self.artist_forms, self.artist_words, self.artist_starts
        return (self.docs, self.words, *artists, self.song_starts, self.further_titles, self.facets)

    def create(self, connection: Connection) -> None:
        """Make the tables, unless they are there."""
        self._metadata.create_all(connection, tables=self.all)

    def name(self, table: Table) -> str:
        """A table's name as statements say it."""
        return str(self._dialect.qualified(table.name))

    def _table(self, name: str, columns: tuple[str, ...], key: tuple[str, ...], unique: tuple[str, ...] = ()) -> Table:
        """A table; one with a number for its key and other uniqueness beside it is kept by that number."""
        table = f"{self.prefix}_{name}"
        more = [UniqueConstraint(*unique, name=names.unique_name(table, unique))] if unique else []
        return Table(
            table,
            self._metadata,
            *(self._column(column) for column in columns),
            *(self.dialect.more_columns() if name == "docs" else ()),
            PrimaryKeyConstraint(*key, name=names.primary_key_name(table)),
            *more,
            schema=self._dialect.schema,
            **(self._dialect.table_options if unique else self._dialect.counter_options),
        )

    def _column(self, name: str) -> Column[Any]:
        kind = Kind.INTEGER if name in _INTEGERS else Kind.TEXT
        return Column(name, self._dialect.column_types[kind], nullable=name in _NULLABLE, autoincrement=False)

    def _index(
        self, table: Table, *columns: str, where: ColumnElement[bool] | None = None, down: str | None = None
    ) -> None:
        """Perhaps only of what was sung, which is little, so that it costs the rest nothing; one column descending."""
        parts = [table.c[name].desc() if name == down else table.c[name] for name in columns]
        Index(names.index_name(table.name, *columns), *parts, sqlite_where=where, postgresql_where=where)

    def _word_index(self, name: str, expression: str) -> str:
        """A statement, for SQLAlchemy does not find such an index again when it compares."""
        index = names.index_name(self.words.name, name)
        return f"CREATE INDEX {index} ON {self.name(self.words)} ({expression}, length)"


def after_create(table: Table, *statements: str) -> None:
    """Run statements once a table was made."""
    for statement in statements:
        ddl: Any = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", ddl)
