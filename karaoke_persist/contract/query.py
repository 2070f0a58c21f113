"""What may be asked of a store: a small closed algebra of values.

Memory evaluates a query, SQL compiles it, both from the same value. Logic is two-valued: a comparison with an absent
field is false, and its `Not` is true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from karaoke_persist.models import Record

Operator = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Eq:
    """The field has exactly this value. For absence use `IsNull`."""

    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class FoldedEq:
    """The `key_fold` of an indexed text field is the `key_fold` of this text."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Compare:
    """An integer or time field lies before or after a value."""

    field: str
    operator: Operator
    value: Any


@dataclass(frozen=True, slots=True)
class In:
    """The field has one of these values; of none, never."""

    field: str
    values: tuple[Any, ...]

    def __init__(self, field: str, values: Sequence[Any]) -> None:
        object.__setattr__(self, "field", field)
        object.__setattr__(self, "values", tuple(values))


@dataclass(frozen=True, slots=True)
class IsNull:
    """The field is absent."""

    field: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """The `key_fold` of an indexed text field starts with the `key_fold` of this text."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class FoldedContains:
    """The `key_fold` of an indexed text field holds the `key_fold` of this text."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Has:
    """A list field holds this text, or an object field this name."""

    field: str
    element: str


@dataclass(frozen=True, slots=True)
class And:
    """Every condition holds; of none, always."""

    conditions: tuple[Condition, ...]

    def __init__(self, *conditions: Condition) -> None:
        object.__setattr__(self, "conditions", conditions)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one condition holds; of none, never."""

    conditions: tuple[Condition, ...]

    def __init__(self, *conditions: Condition) -> None:
        object.__setattr__(self, "conditions", conditions)


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Exists:
    """Some row of another model agrees in the paired fields (ours, theirs) and meets `where`."""

    model: type[Record]
    on: tuple[tuple[str, str], ...]
    where: Condition | None = None

    def __init__(self, model: type[Record], on: Mapping[str, str], where: Condition | None = None) -> None:
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "on", tuple(on.items()))
        object.__setattr__(self, "where", where)


Condition = Eq | FoldedEq | Compare | In | IsNull | Prefix | FoldedContains | Has | And | Or | Not | Exists


@dataclass(frozen=True, slots=True)
class Order:
    """Rows in the order of one `Sorted` field, then of the key; absent values last in both directions.

    Text goes by its `key_fold`, then the raw form by code point, then the key. `descending` reverses all three.
    """

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Rows of one model. Without an order they come by key, ascending.

    `after` is the place to go on from: the value of the order's field and the key of the last row seen (the key alone
    without an order).
    """

    model: type[Record]
    where: Condition | None = None
    order: Order | None = None
    limit: int | None = None
    offset: int = 0
    after: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """Something computed over each group. `sum`, `min` and `max` take an integer (or, but for `sum`, a time) field."""

    function: Literal["count", "count_distinct", "sum", "min", "max"]
    field: str | None = None

    @property
    def name(self) -> str:
        """How `having` and `order` name it: `count`, `sum_duration_ms` and so on."""
        return self.function if self.field is None else f"{self.function}_{self.field}"


COUNT = Measure("count")


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Measures over the rows of a query, per group of equal values in `by`.

    Each answer is a tuple: the group's values, then the measures. `order` names a field of `by` or a measure; ties,
    and everything without an order, go by the group's values, each as `Order` says. Without `by` there is exactly one
    answer, also over no rows, where `count` is 0 and the others None.
    """

    model: type[Record]
    where: Condition | None = None
    by: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = (COUNT,)
    having: Compare | None = None
    order: Order | None = None
    limit: int | None = None
    offset: int = 0
