"""A function made for each model that turns a row into a value.

Unpacking the row and naming every field in one expression is what makes a page of typed values cost little more than
the bare rows; a loop over the fields takes half as long again. Nothing but names of fields goes into the source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from karaoke_persist.models import Field, Kind, Record, fields_of
from karaoke_persist.models.json_values import EMPTY_OBJECT
from karaoke_persist_sql.dialect import Converter

_EMPTY = {Kind.LIST: ("'[]'", "()"), Kind.OBJECT: ("'{}'", "empty_object")}


def row_decoder(model: type[Record], decoders: Mapping[str, Converter]) -> Callable[[tuple[Any, ...]], Any]:
    """The value of a row that has every field in its order. Raises what the decoders raise."""
    fields = fields_of(model)
    names = {f"decode_{name}": convert for name, convert in decoders.items()}
    scope: dict[str, Any] = {**names, "trusted": model.trusted, "empty_object": EMPTY_OBJECT}
    cells = ", ".join(f"cell_{field.name}" for field in fields)
    values = ", ".join(f"{field.name!r}: {_expression(field, decoders)}" for field in fields)
    source = f"def decode(row):\n    ({cells},) = row\n    return trusted({{{values}}})\n"
    exec(source, scope)  # noqa: S102
    decode: Callable[[tuple[Any, ...]], Any] = scope["decode"]
    return decode


def _expression(field: Field, decoders: Mapping[str, Converter]) -> str:
    cell = f"cell_{field.name}"
    if field.name not in decoders:
        return cell
    decoded = f"decode_{field.name}({cell})"
    if field.kind in _EMPTY:
        stored, value = _EMPTY[field.kind]
        decoded = f"{value} if {cell} == {stored} else {decoded}"
    return f"None if {cell} is None else {decoded}"
