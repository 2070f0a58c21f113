"""The rules of integrity, checked over rows as a write would leave them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from karaoke_persist.errors import AlreadyExists, ReferenceMissing, StillReferenced
from karaoke_persist.models import Record

Models = Mapping[str, type[Record]]
"""Every model of the store, by its collection."""
Count = Callable[[type[Record], tuple[str, ...], tuple[Any, ...]], int]
"""How many rows of a model have these values in these fields, which are its key, unique or a reference."""


def check_written(rows: Iterable[Record], models: Models, count: Count) -> None:
    """Refuse rows, counted already, that break a unique rule or name what is not there."""
    for row in rows:
        for unique in row.integrity.unique:
            _check_unique(row, unique.fields, count)
        for each in row.integrity.references:
            target, there = row.__dict__[each.field], models[each.to]
            if target is not None and not count(there, (there.integrity.key,), (target,)):
                raise ReferenceMissing(type(row).__name__, each.field, there.__name__, target)


def check_deleted(rows: Iterable[Record], models: Models, count: Count) -> None:
    """Refuse to delete rows, no longer counted, that others name."""
    naming = [(model, each) for model in models.values() for each in model.integrity.references]
    for row in rows:
        for model, each in naming:
            if each.to == row.integrity.collection and count(model, (each.field,), (row.key,)):
                raise StillReferenced(type(row).__name__, row.key, model.__name__, each.field)


def counted(tables: Mapping[str, Mapping[str, Record]]) -> Count:
    """Count in plain tables, rows by key by collection, looking through each table once for each set of fields."""
    counts: dict[tuple[type[Record], tuple[str, ...]], Counter[tuple[Any, ...]]] = {}

    def count(model: type[Record], fields: tuple[str, ...], values: tuple[Any, ...]) -> int:
        table = tables.get(model.integrity.collection, {})
        if fields == (model.integrity.key,):
            return int(values[0] in table)
        if (model, fields) not in counts:
            counts[model, fields] = Counter(tuple([row.__dict__[name] for name in fields]) for row in table.values())
        return counts[model, fields][values]

    return count


def _check_unique(row: Record, fields: tuple[str, ...], count: Count) -> None:
    values = tuple([row.__dict__[name] for name in fields])
    if None not in values and count(type(row), fields, values) > 1:
        raise AlreadyExists(type(row).__name__, ", ".join(fields), values[0] if len(values) == 1 else values)
