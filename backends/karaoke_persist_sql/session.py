"""A write session: one transaction, alone in writing.

What the contract calls a domain error is found before the first statement that writes, so a batch needs no savepoint
to be whole: a statement that fails nevertheless is an error of storage, after which all is undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from karaoke_persist.contract import Query, Written
from karaoke_persist.errors import AlreadyExists, NotFound, StaleWrite
from karaoke_persist.models import Record, Song
from karaoke_persist_sql.dialect import Activity
from karaoke_persist_sql.integrity import Values, check_deleted, check_written, in_the_way, watched_fields
from karaoke_persist_sql.plans import ModelPlan
from karaoke_persist_sql.reading import ReadingSession
from karaoke_persist_sql.search.indexes import Index
from karaoke_persist_sql.search.upkeep import Upkeep, is_searched
from karaoke_persist_sql.tables import column_names

Revisions = dict[str, int]
GivenRow = tuple[frozenset[str], tuple[Any, ...]]
"""The fields that were given, and a whole row in the order of `Codec.row`."""


class WritingSession(ReadingSession):
    """Reads and writes in one transaction."""

    writes = True
    _savepoints = 0
    _fed: list[Index] | None = None

    # write

    def insert(self, values: Sequence[Record], *, verbatim: bool = False) -> None:
        """Store new rows; `verbatim`, also in place of others, which go first: references are checked at the commit."""
        plan = self._written(type(values[0]))
        found = self._revisions(plan, [value.key for value in values])
        for value in values:
            if value.key in found and not verbatim:
                raise AlreadyExists(plan.model.__name__, plan.key_name, value.key)
        self._check(plan, {value.key: value.__dict__ for value in values}, {})
        if found:
            self.run_many(plan.delete, [(self.plans.dialect.pack(list(found)),)])
        rows = [plan.codec.row(value, value.revision if verbatim else 1) for value in values]
        self.insert_rows(plan, rows)
        for upkeep in self._upkeep(plan):
            upkeep.inserted(value.__dict__ for value in values if value.key not in found)
            upkeep.changed(found)

    def upsert(self, values: Sequence[Record]) -> list[Written]:
        """Insert, or write the given fields over what is there."""
        plan, keys = self._written(type(values[0])), [value.key for value in values]
        before = self._revisions(plan, keys)
        written = {value.key: _written_fields(value, before) for value in values}
        if way := self._check(plan, written, before):
            self._rewrite(plan, way, written)
        self.upsert_rows(plan, [(value.given, plan.codec.row(value, 1)) for value in values], before)
        after = self._revisions(plan, list(before)) if before else {}
        for upkeep in self._upkeep(plan):
            upkeep.inserted(value.__dict__ for value in values if value.key not in before)
            upkeep.changed(
                value.key
                for value in values
                if after.get(value.key) != before.get(value.key) and is_searched(value.given)
            )
        return [Written(key, before.get(key, 0), after.get(key, 1)) for key in keys]

    def patch(self, model: type[Record], key: str, changes: Mapping[str, Any], *, expect: int | None = None) -> Written:
        """Change the named fields of one row."""
        plan = self._written(model)
        if expect is not None or not changes or not changes.keys().isdisjoint(watched_fields(model)):
            # Otherwise one statement does.
            revision = self._revision(plan, key)
            if expect is not None and revision != expect:
                raise StaleWrite(model.__name__, key, expect, revision)
            self._check(plan, {key: changes}, {key: revision})
        changed = self._patched(plan, key, changes, many=False)
        self._keep_indexes(plan, changes, changed)
        if key in changed and not model.integrity.maintains(changes):
            return Written(key, changed[key] - 1, changed[key])
        revision = changed[key] if key in changed else self._revision(plan, key)
        return Written(key, revision, revision)

    def patch_where(self, query: Query, changes: Mapping[str, Any]) -> list[Written]:
        """Change the named fields of every row of a query."""
        plan = self._written(query.model)
        found: Revisions = dict(self.rows(query, (plan.key_name, "revision")))
        if not found or not changes:
            return []
        self._check(plan, dict.fromkeys(found, changes), found)
        changed = self._patched(plan, self.plans.dialect.pack(list(found)), changes, many=True)
        self._keep_indexes(plan, changes, changed)
        return [Written(key, found[key], changed[key]) for key in found if changed.get(key, found[key]) != found[key]]

    def delete_where(self, query: Query) -> list[Written]:
        """Delete every row of a query that nothing names any more."""
        plan = self._written(query.model)
        written = [Written(key, revision, 0) for key, revision in self.rows(query, (plan.key_name, "revision"))]
        if written:
            check_deleted(self, query.model, written)
            self.run_many(plan.delete, [(self.plans.dialect.pack([each.key for each in written]),)])
            for upkeep in self._upkeep(plan):
                upkeep.deleted(each.key for each in written)
        return written

    # transaction

    def savepoint(self) -> SQLSavepoint:
        """A place to return to."""
        self._savepoints += 1
        savepoint = SQLSavepoint(self, f"kp_{self._savepoints}")
        self.execute(f"SAVEPOINT {savepoint.name}")
        return savepoint

    def commit(self) -> None:
        """Make everything durable; whatever happens, the connection is given back."""
        activity: Activity = "work"
        try:
            self._close_streams()
            activity = "commit"
            self._connection.commit()
        except self.plans.dialect.driver_error as error:
            try:
                self._fail(error, activity)
            finally:
                self.rollback()
        except BaseException:
            self.rollback()
            raise
        self._host.finish(self._lease, writes=True, broken=False)

    # what a backend may do faster

    def insert_rows(self, plan: ModelPlan, rows: list[tuple[Any, ...]]) -> None:
        """Store rows whose keys are free, in the order of `Codec.row`."""
        self.run_many(plan.insert, rows)

    def upsert_rows(self, plan: ModelPlan, rows: Sequence[GivenRow], before: Revisions) -> None:
        """Store rows, or write the given fields over those whose keys are in `before`."""
        for given, some in grouped(rows).items():
            self.run_many(plan.upsert(given), some)

    # what writes are made of

    def _written(self, model: type[Record]) -> ModelPlan:
        """The plan of a model that is about to be written. Songs are refused if we cannot keep an index of them."""
        if model is Song:
            self._indexes()
        return self.plans[model]

    def _indexes(self) -> list[Index]:
        """The indexes that songs must be kept in; those of the transaction's beginning, for it is alone in writing."""
        indexes = self.plans.layout.search
        if self._fed is None:
            self._fed = [] if indexes is None else indexes.fed(self, self._host.url)
        return self._fed

    def _upkeep(self, plan: ModelPlan) -> list[Upkeep]:
        """What keeps the indexes of search in step with songs; nothing for other models."""
        return self.upkeep_of_songs() if plan.model is Song else []

    def upkeep_of_songs(self) -> list[Upkeep]:
        """What keeps the indexes of search in step with songs."""
        return [Upkeep(self, index) for index in self._indexes()]

    def _keep_indexes(self, plan: ModelPlan, changes: Mapping[str, Any], changed: Revisions) -> None:
        """Keep the indexes in step with a patch of these rows."""
        if changed and is_searched(changes):
            for upkeep in self._upkeep(plan):
                upkeep.changed(changed)

    def _check(self, plan: ModelPlan, changes: Mapping[str, Mapping[str, Any]], before: Revisions) -> list[str]:
        """Check the rules of integrity for rows as they will be. Those in `before` are there already.

        Gives the keys of rows that are in the way of others in the same batch.
        """
        watched = watched_fields(plan.model)
        if not watched:
            return []
        rows = self._watched_values(plan, watched, [key for key in changes if key in before])
        after: dict[str, Values] = {}
        for key, changed in changes.items():
            after[key] = {**rows.get(key, {}), **{name: changed[name] for name in watched if name in changed}}
        check_written(self, plan.model, after)
        return in_the_way(plan.model, rows, after)

    def _rewrite(self, plan: ModelPlan, keys: list[str], changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Change rows by taking them out and putting them in again, so that none is in another's way meanwhile."""
        packed, names = self.plans.dialect.pack(keys), column_names(plan.model)
        rows = []
        for cells in self.fetch(plan.columns_of(names), (packed,)):
            row = dict(zip(names, cells, strict=True))
            row.update(plan.codec.cells(changes[row[plan.key_name]]), revision=row["revision"] + 1)
            rows.append(tuple(row.values()))
        self.run_many(plan.delete, [(packed,)])
        self.run_many(plan.insert, rows)

    def _watched_values(self, plan: ModelPlan, watched: Sequence[str], keys: Sequence[str]) -> dict[str, Values]:
        if not keys:
            return {}
        sql = plan.columns_of((plan.key_name, *watched))
        rows = self.fetch(sql, (self.plans.dialect.pack(keys),))
        decode = plan.codec.decode_cell
        return {
            key: {name: decode(name, cell) for name, cell in zip(watched, cells, strict=True)} for key, *cells in rows
        }

    def _revisions(self, plan: ModelPlan, keys: Sequence[str]) -> Revisions:
        """The revisions of the rows that are there."""
        if len(keys) == 1:
            rows = self.fetch(plan.revision_of_one, keys)
            return {keys[0]: rows[0][0]} if rows else {}
        sql = plan.columns_of((plan.key_name, "revision"))
        return dict(self.fetch(sql, (self.plans.dialect.pack(keys),)))

    def _revision(self, plan: ModelPlan, key: str) -> int:
        for (revision,) in self.fetch(plan.revision_of_one, (key,)):
            return int(revision)
        raise NotFound(plan.model.__name__, key)

    def _patched(self, plan: ModelPlan, which: Any, changes: Mapping[str, Any], *, many: bool) -> Revisions:
        """Change rows; the new revisions of those that differed."""
        if not changes:
            return {}
        cells = plan.codec.cells(changes)
        statement = plan.patch(tuple(cells), many=many)
        return dict(self.fetch(statement.sql, statement.parameters([which, *cells.values()])))

    def run_many(self, sql: str, rows: Sequence[Any]) -> None:
        """Run a statement for every row of parameters."""
        try:
            if len(rows) == 1:
                self._connection.execute(sql, rows[0])
            else:
                self._connection.cursor().executemany(sql, rows)
        except self.plans.dialect.driver_error as error:
            self._fail(error)


class SQLSavepoint:
    """A savepoint by its name."""

    def __init__(self, session: WritingSession, name: str) -> None:
        self._session, self.name = session, name

    def release(self) -> None:
        """Keep what was written since."""
        self._session.execute(f"RELEASE SAVEPOINT {self.name}")

    def rollback(self) -> None:
        """Undo what was written since."""
        self._session.execute(f"ROLLBACK TO SAVEPOINT {self.name}")
        self._session.execute(f"RELEASE SAVEPOINT {self.name}")


def _written_fields(value: Record, before: Revisions) -> Mapping[str, Any]:
    """What an upsert of a value writes: everything for a new row, the given fields otherwise."""
    fields = value.__dict__
    return {name: fields[name] for name in value.given} if value.key in before else fields


def grouped(rows: Iterable[GivenRow]) -> dict[frozenset[str], list[tuple[Any, ...]]]:
    """Rows by the fields they give."""
    groups: dict[frozenset[str], list[tuple[Any, ...]]] = {}
    for given, row in rows:
        groups.setdefault(given, []).append(row)
    return groups
