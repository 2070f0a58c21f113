# ruff: noqa: D102 - the contract says what the methods do
"""Memory sessions that each lose, alter or misplace data: values, integrity, order, queries, what is told."""

from __future__ import annotations

import dataclasses
from typing import Any
from unicodedata import normalize

from faulty import Delegate

from karaoke_persist.contract import And, IsNull, Measure, Not, Written
from karaoke_persist.errors import AlreadyExists, ReferenceMissing


class LosesExpect(Delegate):
    """A stale write is done."""

    found_by = ("T10-02", "K-03", "P-03", "U-08")

    def patch(self, model: Any, key: str, changes: Any, *, expect: int | None = None) -> Any:
        return self.healthy.patch(model, key, changes)


class PatchesPartOfAQuery(Delegate):
    """A patch by query leaves out the rows in which the field is absent so far."""

    found_by = ("Y-03",)

    def patch_where(self, query: Any, changes: Any) -> Any:
        known = [Not(IsNull(name)) for name in changes]
        where = And(*known) if query.where is None else And(query.where, *known)
        return self.healthy.patch_where(dataclasses.replace(query, where=where), changes)


class SortsAbsentFirst(Delegate):
    """Absent values come first."""

    found_by = ("O-03",)

    def find(self, query: Any) -> Any:
        rows = self.healthy.find(query)
        if query.order is None:
            return rows
        return sorted(rows, key=lambda row: getattr(row, query.order.field) is not None)


class ComparesAsSQL(Delegate):
    """`Not` of a comparison leaves out the rows in which the field is absent."""

    found_by = ("Q-01",)

    def find(self, query: Any) -> Any:
        return [row for row in self.healthy.find(query) if _is_known(query.where, row)]


class WritesPastTheLimit(Delegate):
    """A patch or a deletion by query takes every row, whatever limit the query has."""

    found_by = ("Q-06",)

    def patch_where(self, query: Any, changes: Any) -> Any:
        return self.healthy.patch_where(dataclasses.replace(query, limit=None), changes)

    def delete_where(self, query: Any) -> Any:
        return self.healthy.delete_where(dataclasses.replace(query, limit=None))


class SumsAsDoubles(Delegate):
    """Sums are as exact as a floating point number."""

    found_by = ("Q-10",)

    def aggregate(self, request: Any) -> Any:
        functions = [*[None] * len(request.by), *(measure.function for measure in request.measures)]
        return [
            tuple(
                int(float(value)) if function == "sum" and value is not None else value
                for function, value in zip(functions, answer, strict=True)
            )
            for answer in self.healthy.aggregate(request)
        ]


class NamesNothing(Delegate):
    """An error says that something is wrong, and not with what."""

    found_by = ("E-02",)

    def insert(self, values: Any, *, verbatim: bool = False) -> None:
        try:
            self.healthy.insert(values, verbatim=verbatim)
        except AlreadyExists as error:
            raise AlreadyExists("row", "field", "value") from error


class DropsMicroseconds(Delegate):
    """Times are cut to seconds."""

    found_by = ("V-07", "F-10")

    def upsert(self, values: Any) -> Any:
        return self.healthy.upsert([self._shortened(value) for value in values])

    def _shortened(self, value: Any) -> Any:
        times = {name: at.replace(microsecond=0) for name, at in vars(value).items() if hasattr(at, "microsecond")}
        return value.replaced(times)


class KeepsHalfABatch(Delegate):
    """The rows before the one that is refused stay."""

    found_by = ("I-06",)

    def upsert(self, values: Any) -> Any:
        return [written for value in values for written in self.healthy.upsert([value])]


class TellsOfNothing(Delegate):
    """A write that changed nothing is told as an update."""

    found_by = ("N-05",)

    def upsert(self, values: Any) -> Any:
        return [Written(each.key, each.before, each.before + 1) for each in self.healthy.upsert(values)]


class AnswersAHundred(Delegate):
    """Of many keys that are asked for at once, the first hundred are answered."""

    found_by = ("W-02",)

    def get(self, model: Any, keys: Any) -> Any:
        return self.healthy.get(model, list(keys)[:100])


class FoldsIds(Delegate):
    """Ids that differ in case are the same."""

    found_by = ("V-06",)

    def get(self, model: Any, keys: Any) -> Any:
        folded = {row.key.casefold(): row for row in self.healthy._rows(model)}
        return {key: folded[key.casefold()] for key in keys if key.casefold() in folded}


class ForgetsReferences(Delegate):
    """What is still named is deleted."""

    found_by = ("I-11",)

    def delete_where(self, query: Any) -> Any:
        table = self.healthy._table(query.model)
        doomed = self.healthy.find(query)
        for row in doomed:
            table = table.without_row(row.key)
        self.healthy._tables = {**self.healthy._tables, query.model.integrity.collection: table}
        return [Written(row.key, row.revision, 0) for row in doomed]


class ChangesRowsInPlace(Delegate):
    """What was read before changes with its row."""

    found_by = ("V-22", "A-03", "Z-01")

    def patch(self, model: Any, key: str, changes: Any, *, expect: int | None = None) -> Any:
        old = self.healthy._table(model).rows.get(key)
        written = self.healthy.patch(model, key, changes, expect=expect)
        vars(old).update(vars(self.healthy._table(model).rows[key]))
        return written


class ClearsWhatWasNotGiven(Delegate):
    """An upsert writes every field of a row that is there."""

    found_by = ("S-06",)

    def upsert(self, values: Any) -> Any:
        return self.healthy.upsert([type(value).trusted(vars(value)) for value in values])


class RaisesTheRevisionOfNothing(Delegate):
    """A patch that changes nothing raises the revision."""

    found_by = ("T10-04", "H-02")

    def patch(self, model: Any, key: str, changes: Any, *, expect: int | None = None) -> Any:
        written = self.healthy.patch(model, key, changes, expect=expect)
        if written.before != written.after:
            return written
        table = self.healthy._table(model)
        row = table.rows[key]
        self.healthy._put(table.with_row(row.replaced({"revision": row.revision + 1})), [])
        return Written(key, row.revision, row.revision + 1)


class ForgetsTargets(Delegate):
    """A reference to what is not there is stored."""

    found_by = ("I-07",)

    def insert(self, values: Any, *, verbatim: bool = False) -> None:
        try:
            self.healthy.insert(values, verbatim=verbatim)
        except ReferenceMissing:
            table = self.healthy._table(type(values[0]))
            for value in values:
                table = table.with_row(value.replaced({"revision": 1}))
            self.healthy._tables = {**self.healthy._tables, values[0].integrity.collection: table}


class ForgetsUniqueness(Delegate):
    """A second row takes a value that is to be unique."""

    found_by = ("I-02",)

    def insert(self, values: Any, *, verbatim: bool = False) -> None:
        table = self.healthy._table(type(values[0]))
        if any(value.key in table.rows for value in values):
            self.healthy.insert(values, verbatim=verbatim)
        for value in values:
            table = table.with_row(value.replaced({"revision": 1}))
        self.healthy._tables = {**self.healthy._tables, values[0].integrity.collection: table}


class CopiesAsNew(Delegate):
    """A row that is stored verbatim begins at revision 1."""

    found_by = ("B-01",)

    def insert(self, values: Any, *, verbatim: bool = False) -> None:
        self.healthy.insert([value.replaced({"revision": 1}) for value in values], verbatim=verbatim)


class CopiesIntoWhatWasThere(Delegate):
    """A row that is stored verbatim keeps, of the one before it, what it does not have itself."""

    found_by = ("B-02",)

    def insert(self, values: Any, *, verbatim: bool = False) -> None:
        self.healthy.insert([self._filled(value) for value in values] if verbatim else values, verbatim=verbatim)

    def _filled(self, value: Any) -> Any:
        before = self.healthy._table(type(value)).rows.get(value.key, value).__dict__
        return value.replaced({name: before[name] for name, cell in vars(value).items() if cell is None})


class SortsByCodePoint(Delegate):
    """Text is sorted as the database's locale has it, capitals before small letters."""

    found_by = ("O-04",)

    def find(self, query: Any) -> Any:
        rows = self.healthy.find(query)
        if query.order is None or query.after is not None:
            return rows
        name, first = query.order.field, -1 if query.order.descending else 1
        present = [row for row in rows if getattr(row, name) is not None]
        present.sort(key=lambda row: (getattr(row, name), row.key))
        return [*present[::first], *(row for row in rows if getattr(row, name) is None)]


class SkipsTies(Delegate):
    """A page goes on after the value of the last row, and leaves out the rows that share it."""

    found_by = ("O-02", "J-07")

    def find(self, query: Any) -> Any:
        rows = self.healthy.find(query)
        if query.order is None or query.after is None:
            return rows
        return [row for row in rows if getattr(row, query.order.field) != query.after[0]]


class CountsAbsentValues(Delegate):
    """A count of distinct values counts the absent one."""

    found_by = ("Q-09",)

    def aggregate(self, request: Any) -> Any:
        return [
            tuple((value or 0) + 1 if measure.function == "count_distinct" else value for measure, value in pairs)
            for answer in self.healthy.aggregate(request)
            for pairs in [
                list(zip((*map(Measure, ["count"] * len(request.by)), *request.measures), answer, strict=True))
            ]
        ]


class ForgetsEmptyText(Delegate):
    """Empty text is stored as absent."""

    found_by = ("V-15",)

    def upsert(self, values: Any) -> Any:
        return self.healthy.upsert([value.replaced(_without_empty(value)) for value in values])


class ComposesText(Delegate):
    """Text is stored in its composed form, not code point for code point."""

    found_by = ("V-04",)

    def upsert(self, values: Any) -> Any:
        return self.healthy.upsert([value.replaced(_composed(value)) for value in values])


class TellsInsertionsAsUpdates(Delegate):
    """A row that is new is told as if it had been there."""

    found_by = ("N-01",)

    def upsert(self, values: Any) -> Any:
        return [Written(each.key, each.before or 1, each.after + 1) for each in self.healthy.upsert(values)]


def _without_empty(value: Any) -> dict[str, Any]:
    return {name: None for name, text in vars(value).items() if text == "" and name not in ("id", "title", "artist")}


def _composed(value: Any) -> dict[str, Any]:
    return {
        name: normalize("NFC", text) for name, text in vars(value).items() if isinstance(text, str) and name != "id"
    }


def _is_known(condition: Any, row: Any) -> bool:
    """Whether a condition is a `Not` of nothing that is absent."""
    named = getattr(condition.condition, "field", None) if isinstance(condition, Not) else None
    return named is None or getattr(row, named) is not None or type(condition.condition) is IsNull
