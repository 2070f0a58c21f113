"""The rows of one model as an immutable value: every write makes another, which shares what did not change.

A hash trie is what makes transactions cheap here: a snapshot, a savepoint and a rollback are each a reference to an
older table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Any, NamedTuple, TypeAlias

from rpds import HashTrieMap, HashTrieSet

from karaoke_persist.contract import And, Condition, Eq, In, Order, Query
from karaoke_persist.contract.reference import is_after, matcher, ordered
from karaoke_persist.contract.reference.evaluate import Rows
from karaoke_persist.models import Record, Song
from karaoke_persist_memory.ordering import SortedKeys
from karaoke_persist_memory.search.lazy import LazyIndex

Fields = tuple[str, ...]
Index: TypeAlias = "HashTrieMap[tuple[Any, ...], HashTrieSet[str]]"
RowsByKey: TypeAlias = "HashTrieMap[str, Record]"
Wanted: TypeAlias = "dict[str, tuple[Any, ...]]"
_NOBODY: HashTrieSet[str] = HashTrieSet()


class Table(NamedTuple):
    """Rows by key, and the keys by the values of unique and referring fields."""

    model: type[Record]
    rows: RowsByKey
    indexes: Mapping[Fields, Index]
    orders: dict[str, SortedKeys]
    """Made when first asked for; a write drops those it disturbs."""
    search: LazyIndex | None
    """Of songs."""

    @classmethod
    def empty(cls, model: type[Record]) -> Table:
        """A table with the indexes that the model's integrity asks for."""
        integrity = model.integrity
        indexed = [unique.fields for unique in integrity.unique]
        indexed += [(reference.field,) for reference in integrity.references]
        indexed += [entry.within for entry in integrity.sorted if entry.within]
        indexes: dict[Fields, Index] = {fields: HashTrieMap() for fields in indexed}
        return cls(model, HashTrieMap(), indexes, {}, LazyIndex() if issubclass(model, Song) else None)

    def keys_with(self, fields: Fields, values: tuple[Any, ...]) -> HashTrieSet[str]:
        """The keys of the rows that have these values in an indexed set of fields."""
        return self.indexes[fields].get(values, _NOBODY)

    def number_with(self, fields: Fields, values: tuple[Any, ...]) -> int:
        """How many rows have these values in the key or in an indexed set of fields."""
        if fields == (self.model.integrity.key,):
            return int(values[0] in self.rows)
        return len(self.keys_with(fields, values))

    def with_row(self, row: Record) -> Table:
        """A table that also holds this row, in place of one with its key."""
        key = row.key
        old = self.rows.get(key)
        indexes = {
            fields: _moved(index, key, _values(old, fields), _values(row, fields))
            for fields, index in self.indexes.items()
        }
        search = None if self.search is None else self.search.after(key, old, row)
        return Table(self.model, self.rows.insert(key, row), indexes, self._undisturbed(old, row), search)

    def without_row(self, key: str) -> Table:
        """A table without the row of this key."""
        old = self.rows[key]
        indexes = {fields: _moved(index, key, _values(old, fields), None) for fields, index in self.indexes.items()}
        search = None if self.search is None else self.search.after(key, old, None)
        return Table(self.model, self.rows.remove(key), indexes, {}, search)

    def select(self, query: Query, rows: Rows) -> list[Any]:
        """The values of a query."""
        end = None if query.limit is None else query.offset + query.limit
        return list(islice(self.iterate(query, rows), query.offset, end))

    def iterate(self, query: Query, rows: Rows) -> Iterator[Record]:
        """The values of a query one by one, its limit and offset left to the caller."""
        test, few = matcher(query.where, rows), self._candidates(query.where)
        if few is None:
            every = (self.rows[key] for key in self._keys(query.order, query.after))
            return (row for row in every if test(row))
        after = is_after(query)
        return iter(ordered([row for row in few if test(row) and after(row)], self.model, query.order))

    def _candidates(self, where: Condition | None) -> list[Record] | None:
        """The few rows among which those of a condition are, if an index tells; None where all must be looked at."""
        wanted = _wanted(where)
        if self.model.integrity.key in wanted:
            return [row for key in wanted[self.model.integrity.key] if (row := self.rows.get(key)) is not None]
        found = [self._keys_among(fields, wanted) for fields in self.indexes if wanted.keys() >= set(fields)]
        if not found:
            return None
        few = min(found, key=lambda sets: sum(map(len, sets)))
        return [self.rows[key] for keys in few for key in keys]

    def _keys_among(self, fields: Fields, wanted: Wanted) -> list[HashTrieSet[str]]:
        return [self.keys_with(fields, values) for values in product(*(wanted[name] for name in fields))]

    def _keys(self, order: Order | None, after: tuple[Any, ...] | None) -> Iterable[str]:
        name = self.model.integrity.key if order is None else order.field
        if name not in self.orders:
            self.orders[name] = SortedKeys.of(self.rows.values(), self.model, name)
        place = after if order is not None or after is None else (after[0], after[0])
        return self.orders[name].keys(place, descending=order is not None and order.descending)

    def _undisturbed(self, old: Record | None, new: Record) -> dict[str, SortedKeys]:
        if old is None:
            return {}
        before, after = old.__dict__, new.__dict__
        return {name: keys for name, keys in self.orders.items() if before[name] == after[name]}


def _wanted(where: Condition | None) -> Wanted:
    """The fields that a condition wants to have one of a few values."""
    match where:
        case Eq(field, value):
            return {field: (value,)}
        case In(field, values):
            return {field: tuple(dict.fromkeys(values))}
        case And(parts):
            return {field: values for part in parts for field, values in _wanted(part).items()}
        case _:
            return {}


def _values(row: Record | None, fields: Fields) -> tuple[Any, ...] | None:
    """What an index files a row under; nothing if one of the values is absent."""
    if row is None:
        return None
    values = tuple(row.__dict__[name] for name in fields)
    return None if None in values else values


def _moved(index: Index, key: str, old: tuple[Any, ...] | None, new: tuple[Any, ...] | None) -> Index:
    if old == new:
        return index
    if old is not None:
        left = index[old].remove(key)
        index = index.insert(old, left) if len(left) else index.remove(old)
    if new is not None:
        index = index.insert(new, index.get(new, _NOBODY).insert(key))
    return index
