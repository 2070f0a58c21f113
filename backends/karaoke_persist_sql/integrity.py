"""The rules of integrity looked up before a write, so that no statement has to fail.

A failed statement ends a transaction on some databases, and a domain error must leave it usable. The constraints stay
as a defence; here, inside the one writing transaction, the answer cannot change before the write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from karaoke_persist.contract import Written
from karaoke_persist.errors import AlreadyExists, ReferenceMissing, StillReferenced
from karaoke_persist.models import Record
from karaoke_persist_sql.plans import ModelPlan, Plans

Values = Mapping[str, Any]


class Fetches(Protocol):
    """What is needed of a session."""

    plans: Plans

    def fetch(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement."""
        ...


def watched_fields(model: type[Record]) -> tuple[str, ...]:
    """The fields that unique rules and references are about."""
    integrity = model.integrity
    names = [name for unique in integrity.unique for name in unique.fields]
    return tuple(dict.fromkeys([*names, *(reference.field for reference in integrity.references)]))


def check_written(session: Fetches, model: type[Record], rows: Mapping[str, Values]) -> None:
    """Refuse a batch after which a unique rule or a reference would not hold.

    `rows` has the watched fields of every row that is written, as they will be.
    """
    check = _WrittenCheck(session, model, rows)
    for key, values in rows.items():
        check.check_unique(key, values)
        check.check_references(values)


def in_the_way(model: type[Record], current: Mapping[str, Values], after: Mapping[str, Values]) -> list[str]:
    """The keys of rows that still have unique values which another row of the same batch is to have.

    A unique constraint looks at one row after the other, while what counts is how the batch leaves them.
    """
    keys = []
    for unique in model.integrity.unique:
        wanted = {tuple(row[name] for name in unique.fields): key for key, row in after.items()}
        for key, row in current.items():
            values = tuple(row[name] for name in unique.fields)
            if None not in values and wanted.get(values, key) != key:
                keys.append(key)
    return keys


def check_deleted(session: Fetches, model: type[Record], doomed: Sequence[Written]) -> None:
    """Refuse to delete rows that others name."""
    keys = {written.key for written in doomed}
    packed = session.plans.dialect.pack([*keys])
    found: dict[str, tuple[str, str]] = {}
    for other in session.plans.layout.models:
        for reference in other.integrity.references:
            if reference.to != model.integrity.collection:
                continue
            plan = session.plans[other]
            sql = plan.columns_of((reference.field, plan.key_name), of=(reference.field,))
            for target, key in session.fetch(sql, (packed,)):
                if other is not model or key not in keys:
                    found.setdefault(target, (other.__name__, reference.field))
    for written in doomed:
        if written.key in found:
            raise StillReferenced(model.__name__, written.key, *found[written.key])


class _WrittenCheck:
    """The facts that one batch is checked against."""

    def __init__(self, session: Fetches, model: type[Record], rows: Mapping[str, Values]) -> None:
        self._session, self._model, self._rows = session, model, rows
        self._plan: ModelPlan = session.plans[model]
        self._holders = {unique.fields: self._find_holders(unique.fields) for unique in model.integrity.unique}
        self._targets = {
            reference.field: self._find_targets(reference.field, reference.to)
            for reference in model.integrity.references
        }

    def check_unique(self, key: str, row: Values) -> None:
        """Refuse values that another row has."""
        for fields, holders in self._holders.items():
            values = tuple(row[name] for name in fields)
            if holders.get(values, {key}) - {key}:
                shown = values[0] if len(values) == 1 else values
                raise AlreadyExists(self._model.__name__, ", ".join(fields), shown)

    def check_references(self, row: Values) -> None:
        """Refuse a name of something that is not there."""
        for reference in self._model.integrity.references:
            target = row[reference.field]
            if target is not None and target not in self._targets[reference.field]:
                there = self._session.plans.layout.model_of(reference.to)
                raise ReferenceMissing(self._model.__name__, reference.field, there.__name__, target)

    def _find_holders(self, fields: tuple[str, ...]) -> dict[tuple[Any, ...], set[str]]:
        """The keys that will have each combination of values which the batch writes."""
        holders: dict[tuple[Any, ...], set[str]] = {}
        for key, row in self._rows.items():
            values = tuple(row[name] for name in fields)
            if None not in values:
                holders.setdefault(values, set()).add(key)
        if holders:
            # Each field by its own values: by the first alone, a list would be read whole for one entry of it.
            codec, columns = self._plan.codec, zip(fields, zip(*holders, strict=True), strict=True)
            packed = [self._packed(name, column) for name, column in columns]
            sql = self._plan.columns_of((self._plan.key_name, *fields), of=fields)
            for key, *found in self._session.fetch(sql, packed):
                values = tuple(map(codec.decode_cell, fields, found))
                if key not in self._rows and values in holders:
                    holders[values].add(key)
        return holders

    def _packed(self, field: str, values: Iterable[Any]) -> Any:
        """Different values of a field as one parameter."""
        cell = self._plan.codec.cell
        return self._session.plans.dialect.pack([cell(field, value) for value in dict.fromkeys(values)])

    def _find_targets(self, field: str, collection: str) -> set[str]:
        """Those of the named keys that are there, or will be."""
        named = {row[field] for row in self._rows.values()} - {None}
        if not named:
            return set()
        target = self._session.plans[self._session.plans.layout.model_of(collection)]
        sql = target.columns_of((target.key_name,))
        there = {key for (key,) in self._session.fetch(sql, (self._session.plans.dialect.pack([*named]),))}
        return there | (set(self._rows) if target.model is self._model else set())
