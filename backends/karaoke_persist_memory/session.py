"""A transaction over immutable tables: a reader holds a version, a writer makes the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from karaoke_persist.contract import (
    Aggregate,
    ArtistHits,
    ArtistSearchRequest,
    Completion,
    CompletionRequest,
    Query,
    SearchRequest,
    SearchResult,
    Written,
    reference,
)
from karaoke_persist.contract.reference.integrity import Count, Models
from karaoke_persist.errors import AlreadyExists, NotFound, StaleWrite
from karaoke_persist.models import Record, Song
from karaoke_persist_memory.search.answers import Searching
from karaoke_persist_memory.table import Table

if TYPE_CHECKING:
    from karaoke_persist_memory.store import Database

R = TypeVar("R", bound=Record)
Tables = dict[str, Table]


class MemorySession:
    """One transaction. A read-only one has no way to write; core sees to that."""

    def __init__(self, database: Database, *, read_only: bool) -> None:
        self._database = database
        self._read_only = read_only
        self._tables: Tables = database.tables

    # read

    def get(self, model: type[R], keys: Sequence[str]) -> dict[str, R]:
        """The rows with these keys."""
        rows: Any = self._table(model).rows
        return {key: row for key in keys if (row := rows.get(key)) is not None}

    def find(self, query: Query) -> list[Any]:
        """The values of a query, the very objects that are stored."""
        return self._table(query.model).select(query, self._rows)

    def rows(self, query: Query, fields: Sequence[str]) -> list[tuple[Any, ...]]:
        """The chosen fields of the same rows."""
        return [tuple([row.__dict__[field] for field in fields]) for row in self.find(query)]

    def stream(self, query: Query, batch: int) -> Iterator[list[Any]]:
        """The same values in batches."""
        end = None if query.limit is None else query.offset + query.limit
        values = islice(self._table(query.model).iterate(query, self._rows), query.offset, end)
        while some := list(islice(values, batch)):
            yield some

    def aggregate(self, request: Aggregate) -> list[tuple[Any, ...]]:
        """Groups and measures, by the reference."""
        return reference.aggregate(request, self._rows)

    def search(self, request: SearchRequest) -> SearchResult:
        """Songs by text."""
        return self._searching().search(request)

    def search_artists(self, request: ArtistSearchRequest) -> list[ArtistHits]:
        """The same grouped by artist."""
        return self._searching().artists(request)

    def complete(self, request: CompletionRequest) -> list[Completion]:
        """What a text may be the beginning of."""
        return self._searching().complete(request)

    # write

    def insert(self, values: Sequence[Record], *, verbatim: bool = False) -> None:
        """Store new rows; `verbatim`, also in place of others."""
        table = self._table(type(values[0]))
        for value in values:
            if value.key in table.rows and not verbatim:
                raise AlreadyExists(table.model.__name__, table.model.integrity.key, value.key)
            table = table.with_row(self._stored(value, value.revision if verbatim else 1))
        self._put(table, [value.key for value in values])

    def upsert(self, values: Sequence[Record]) -> list[Written]:
        """Insert, or write the given fields over what is there."""
        table = self._table(type(values[0]))
        written = []
        for value in values:
            old = table.rows.get(value.key)
            if old is None:
                new = self._stored(value, 1)
            else:
                new = old.revised({name: value.__dict__[name] for name in value.given})
            if new is not old:
                table = table.with_row(new)
            written.append(Written(value.key, 0 if old is None else old.revision, new.revision))
        self._put(table, _keys_changed(written))
        return written

    def patch(self, model: type[Record], key: str, changes: Mapping[str, Any], *, expect: int | None = None) -> Written:
        """Change the named fields of one row."""
        table = self._table(model)
        old = table.rows.get(key)
        if old is None:
            raise NotFound(model.__name__, key)
        if expect is not None and old.revision != expect:
            raise StaleWrite(model.__name__, key, expect, old.revision)
        return self._patch_rows(table, [old], changes)[0]

    def patch_where(self, query: Query, changes: Mapping[str, Any]) -> list[Written]:
        """Change the named fields of every row of a query."""
        written = self._patch_rows(self._table(query.model), self.find(query), changes)
        return [each for each in written if each.before != each.after]

    def delete_where(self, query: Query) -> list[Written]:
        """Delete every row of a query that nothing names any more."""
        table, doomed = self._table(query.model), self.find(query)
        for row in doomed:
            table = table.without_row(row.key)
        tables = {**self._tables, query.model.integrity.collection: table}
        reference.check_deleted(doomed, _models(tables), _counted(tables))
        self._tables = tables
        return [Written(row.key, row.revision, 0) for row in doomed]

    # transaction

    def savepoint(self) -> MemorySavepoint:
        """A place to return to: the tables as they are."""
        return MemorySavepoint(self, self._tables)

    def commit(self) -> None:
        """Show the new tables to everybody, and let the next writer in."""
        self._database.publish(self._tables)
        self._database.release_writer()

    def rollback(self) -> None:
        """Forget the new tables."""
        if not self._read_only:
            self._database.release_writer()

    def restore(self, tables: Tables) -> None:
        """Return to older tables."""
        self._tables = tables

    def _table(self, model: type[Record]) -> Table:
        return self._tables[model.integrity.collection]

    def _searching(self) -> Searching:
        songs = self._table(Song)
        assert songs.search is not None
        return Searching(self, songs, songs.search.of(songs.rows, self._database.indexing))

    def _rows(self, model: type[Record]) -> Iterable[Record]:
        return self._table(model).rows.values()

    def _stored(self, value: Record, revision: int) -> Record:
        return type(value).trusted({**value.__dict__, "revision": revision})

    def _patch_rows(self, table: Table, rows: Iterable[Record], changes: Mapping[str, Any]) -> list[Written]:
        written = []
        for old in rows:
            new = old.revised(changes)
            if new is not old:
                table = table.with_row(new)
            written.append(Written(old.key, old.revision, new.revision))
        self._put(table, [each.key for each in written])
        return written

    def _put(self, table: Table, keys: Iterable[str]) -> None:
        """Take a table over, once the rows of these keys are found to keep the model's integrity."""
        collection = table.model.integrity.collection
        tables = {**self._tables, collection: table}
        if table.indexes:
            reference.check_written([table.rows[key] for key in keys], _models(tables), _counted(tables))
        self._tables = tables


class MemorySavepoint:
    """The tables as they were."""

    def __init__(self, session: MemorySession, tables: Tables) -> None:
        self._session, self._tables = session, tables

    def release(self) -> None:
        """Keep what was written since."""

    def rollback(self) -> None:
        """Return to the tables as they were."""
        self._session.restore(self._tables)


def _keys_changed(written: Iterable[Written]) -> list[str]:
    return [each.key for each in written if each.before != each.after]


def _models(tables: Tables) -> Models:
    return {collection: table.model for collection, table in tables.items()}


def _counted(tables: Tables) -> Count:
    return lambda model, fields, values: tables[model.integrity.collection].number_with(fields, values)
