"""Compiled statements: SQL text for the driver, and how to lay out its parameters."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, cast

from sqlalchemy import ClauseElement
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

KEPT_SHAPES = 1_000
PARAMETER = "kp_"
"""What the names of our parameters begin with; a number follows."""


class Statement:
    """SQL text whose parameters are places in a list of values."""

    __slots__ = ("_constants", "_places", "sql")

    def __init__(self, element: ClauseElement, dialect: Dialect) -> None:
        compiled = cast("SQLCompiler", element.compile(dialect=dialect))
        self.sql = compiled.string
        names: Sequence[str] = compiled.positiontup or ()
        given = {_number(name) for name in names} - {None}
        # What SQLAlchemy made a parameter by itself, such as an OFFSET of 0, follows the values.
        own = [name for name in dict.fromkeys(names) if _number(name) is None]
        self._constants = [compiled.params[name] for name in own]
        places = {name: len(given) + place for place, name in enumerate(own)}
        laid_out = [places[name] if (number := _number(name)) is None else number for name in names]
        self._places = None if laid_out == list(range(len(given))) else tuple(laid_out)

    def parameters(self, values: Sequence[Any]) -> Sequence[Any]:
        """The driver's parameters, from the values in their own order."""
        if self._places is None:
            return values
        everything = [*values, *self._constants]
        return [everything[place] for place in self._places]


class StatementCache:
    """Statements by shape. Two threads may compile the same one; the later stays, and both are right."""

    def __init__(self) -> None:
        self._statements: dict[Hashable, Statement] = {}

    def get(self, shape: Hashable, make: Callable[[], Statement]) -> Statement:
        """The statement of a shape, made if it is not there."""
        found = self._statements.get(shape)
        if found is None:
            if len(self._statements) >= KEPT_SHAPES:
                self._statements.clear()  # a host that makes shapes without end must not eat the memory
            found = self._statements[shape] = make()
        return found


def _number(name: str) -> int | None:
    digits = name.removeprefix(PARAMETER)
    return int(digits) if digits != name and digits.isdigit() else None
