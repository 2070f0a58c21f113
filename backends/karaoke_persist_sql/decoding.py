"""A function made for each model that turns a row into a value.

Unpacking the row and naming every field is what makes a page of typed values cost little more than the bare rows; a
loop over the fields takes twice as long. A dictionary is copied much faster than it is built, and most fields of most
rows are absent: each value begins as a copy of one where all are. Nothing but names of fields goes into the source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from karaoke_persist.models import Field, Kind, Record, field_names, fields_of
from karaoke_persist.models.json_values import EMPTY_OBJECT
from karaoke_persist_sql.dialect import Converter

_EMPTY: dict[Kind, Any] = {Kind.LIST: (), Kind.OBJECT: EMPTY_OBJECT}
_EMPTY_CELLS = {Kind.LIST: "'[]'", Kind.OBJECT: "'{}'"}


def row_decoder(model: type[Record], decoders: Mapping[str, Converter]) -> Callable[[tuple[Any, ...]], Any]:
    """The value of a row that has every field in its order. Raises what the decoders raise."""
    fields = fields_of(model)
    absent = {field.name: None if field.nullable else _EMPTY.get(field.kind) for field in fields}
    scope: dict[str, Any] = {f"decode_{name}": convert for name, convert in decoders.items()}
    scope |= {"begin": absent.copy, "trusted": model.trusted, "given": field_names(model)}
    cells = ", ".join(f"cell_{field.name}" for field in fields)
    body = [f"({cells},) = row", "values = begin()", *(_taken_over(field, decoders) for field in fields)]
    exec("\n    ".join(("def decode(row):", *body, "return trusted(values, given)")), scope)  # noqa: S102
    decode: Callable[[tuple[Any, ...]], Any] = scope["decode"]
    return decode


def _taken_over(field: Field, decoders: Mapping[str, Converter]) -> str:
    cell = f"cell_{field.name}"
    value = f"decode_{field.name}({cell})" if field.name in decoders else cell
    assignment = f"values[{field.name!r}] = {value}"
    if field.nullable or field.kind is Kind.JSON:
        return f"if {cell} is not None: {assignment}"
    if field.kind in _EMPTY_CELLS:
        return f"if {cell} != {_EMPTY_CELLS[field.kind]}: {assignment}"
    return assignment
