"""What must hold of a model's rows; stands beside the fields, and every backend builds from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

OnDelete = Literal["restrict", "cascade", "set_null"]


@dataclass(frozen=True, slots=True)
class Unique:
    """No two rows have the same values in these fields; rows with a None among them are free."""

    fields: tuple[str, ...]

    def __init__(self, *fields: str) -> None:
        object.__setattr__(self, "fields", fields)


@dataclass(frozen=True, slots=True)
class Reference:
    """`field` names the key of a row of the collection `to`, which must be there."""

    field: str
    to: str
    on_delete: OnDelete = "restrict"


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rows are read in the order of this field, from any place and in both directions, without a scan.

    With `within`, those rows that have given values in these fields: the entries of one list, the jobs of one state.
    """

    field: str
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """The number of rows for each value of this field is asked for often, and kept at hand."""

    field: str


@dataclass(frozen=True, slots=True)
class Derived:
    """`field` is made from the value of the field `of` whenever that is written; it is not a host's to set."""

    field: str
    of: str
    make: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Integrity:
    """The rules of one model. `collection` is its name in every backend; names of constraints derive from it."""

    collection: str
    key: str = "id"
    unique: tuple[Unique, ...] = ()
    references: tuple[Reference, ...] = ()
    sorted: tuple[Sorted, ...] = ()
    counted: tuple[Counted, ...] = ()
    stamped: str | None = None
    """A time field that is filled with the clock's time at insertion when the host did not give it."""
    maintained: tuple[str, ...] = ()
    """Fields that the library keeps itself, such as counts of plays. They are not the host's to change, and their
    change raises no revision."""
    derived: tuple[Derived, ...] = ()
    sparse: tuple[str, ...] = ()
    """Fields that few rows have, and by which those are looked for."""

    def derive(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The derived fields of those values that are named."""
        return {each.field: each.make(values[each.of]) for each in self.derived if each.of in values}

    def maintains(self, fields: Iterable[str]) -> bool:
        """Whether the library keeps all of these fields itself, so that changing them raises no revision."""
        return all(name in self.maintained for name in fields)
