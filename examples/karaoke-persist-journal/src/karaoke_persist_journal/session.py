"""A transaction: a snapshot, and, in a writer, the next version in the making."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from karaoke_persist.contract import Aggregate, Query, Written, reference
from karaoke_persist.errors import AlreadyExists, NotFound, StaleWrite
from karaoke_persist.models import Record

from karaoke_persist_journal.journal import EMPTY, Journal, Table, Version

R = TypeVar("R", bound=Record)


class JournalSession(reference.PlainSearch):
    """One transaction. `file` is the locked journal of a writer."""

    def __init__(self, journal: Journal, base: Version, file: io.FileIO | None) -> None:
        self._journal, self._base, self._file = journal, base, file
        self.tables = dict(base.tables)
        self._touched: set[tuple[str, str]] = set()

    def get(self, model: type[R], keys: Sequence[str]) -> dict[str, R]:
        table = self._table(model)
        return {key: table[key] for key in keys if key in table}

    def find(self, query: Query) -> list[Any]:
        return reference.select(query, self._rows)

    def rows(self, query: Query, fields: Sequence[str]) -> list[tuple[Any, ...]]:
        return [tuple([row.__dict__[field] for field in fields]) for row in self.find(query)]

    def stream(self, query: Query, batch: int) -> Iterator[list[Any]]:
        found = self.find(query)
        yield from (found[start : start + batch] for start in range(0, len(found), batch))

    def aggregate(self, request: Aggregate) -> list[tuple[Any, ...]]:
        return reference.aggregate(request, self._rows)

    def insert(self, values: Sequence[Record], *, verbatim: bool = False) -> None:
        model = type(values[0])
        for value in values:
            if value.key in self._table(model) and not verbatim:
                raise AlreadyExists(model.__name__, model.integrity.key, value.key)
        self._put(model, [value if verbatim else value.replaced({"revision": 1}) for value in values])

    def upsert(self, values: Sequence[Record]) -> list[Written]:
        pairs: list[tuple[Record | None, Record]] = []
        for value in values:
            old = self._table(type(value)).get(value.key)
            given = {name: value.__dict__[name] for name in value.given}
            pairs.append((old, value.replaced({"revision": 1}) if old is None else old.revised(given)))
        return self._write(type(values[0]), pairs)

    def patch(self, model: type[Record], key: str, changes: Mapping[str, Any], *, expect: int | None = None) -> Written:
        old = self._table(model).get(key)
        if old is None:
            raise NotFound(model.__name__, key)
        if expect is not None and old.revision != expect:
            raise StaleWrite(model.__name__, key, expect, old.revision)
        return self._write(model, [(old, old.revised(changes))])[0]

    def patch_where(self, query: Query, changes: Mapping[str, Any]) -> list[Written]:
        pairs = [(old, new) for old in self.find(query) if (new := old.revised(changes)) is not old]
        return self._write(query.model, pairs)

    def delete_where(self, query: Query) -> list[Written]:
        collection, doomed = query.model.integrity.collection, self.find(query)
        table = self._table(query.model)
        for row in doomed:
            table = table.remove(row.key)
        tables = {**self.tables, collection: table}
        reference.check_deleted(doomed, self._journal.models, reference.counted(tables))
        self.tables = tables
        self._touched.update((collection, row.key) for row in doomed)
        return [Written(row.key, row.revision, 0) for row in doomed]

    def savepoint(self) -> JournalSavepoint:
        return JournalSavepoint(self)

    def commit(self) -> None:
        assert self._file is not None
        changes: dict[str, dict[str, Any]] = {}
        for collection, key in sorted(self._touched):
            new = self.tables.get(collection, EMPTY).get(key)
            if new is not self._base.tables.get(collection, EMPTY).get(key):
                changes.setdefault(collection, {})[key] = new
        try:
            if changes:
                self._journal.append(self._file, self._base, self.tables, changes)
        finally:
            self._journal.unlock(self._file)

    def rollback(self) -> None:
        if self._file is not None:
            self._journal.unlock(self._file)

    def _table(self, model: type[Record]) -> Table:
        return self.tables.get(model.integrity.collection, EMPTY)

    def _rows(self, model: type[Record]) -> Iterable[Record]:
        return self._table(model).values()

    def _write(self, model: type[Record], pairs: Sequence[tuple[Record | None, Record]]) -> list[Written]:
        """Store the new one of each pair of old and new, and say what became of them."""
        self._put(model, [new for old, new in pairs if new is not old])
        return [Written(new.key, 0 if old is None else old.revision, new.revision) for old, new in pairs]

    def _put(self, model: type[Record], rows: Sequence[Record]) -> None:
        """Store rows, or, if they break a rule of integrity, change nothing."""
        collection = model.integrity.collection
        table = self._table(model).update({row.key: row for row in rows})
        tables = {**self.tables, collection: table}
        reference.check_written(rows, self._journal.models, reference.counted(tables))
        self.tables = tables
        self._touched.update((collection, row.key) for row in rows)


class JournalSavepoint:
    """The tables as they were."""

    def __init__(self, session: JournalSession) -> None:
        self._session, self._tables = session, session.tables

    def release(self) -> None: ...

    def rollback(self) -> None:
        self._session.tables = self._tables
