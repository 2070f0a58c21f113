"""From the rows of an aggregate to its answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from karaoke_persist.contract import Aggregate, Measure
from karaoke_persist_sql.aggregates import SUM_PART
from karaoke_persist_sql.codec import Codec
from karaoke_persist_sql.dialect import SQLDialect

Row = tuple[Any, ...]
Read = Callable[[Row], Any]


def decoded_answers(request: Aggregate, rows: Sequence[Row], codec: Codec, dialect: SQLDialect) -> list[Row]:
    """The group's values, then the measures, of each row."""
    reads = [_field(codec, name, place) for place, name in enumerate(request.by)]
    place = len(reads)
    for measure in request.measures:
        width = dialect.sum_part_count if measure.function == "sum" else 1
        reads.append(_measure(codec, measure, slice(place, place + width)))
        place += width
    return [tuple([read(row) for read in reads]) for row in rows]


def joined(parts: Sequence[int | None]) -> int | None:
    """The number that the parts of a sum make."""
    total = 0
    for part in parts:
        if part is None:
            return None
        total = (total << SUM_PART) + int(part)
    return total


def _field(codec: Codec, name: str, place: int) -> Read:
    return lambda row: codec.decode_cell(name, row[place])


def _measure(codec: Codec, measure: Measure, places: slice) -> Read:
    if measure.function == "sum":
        return lambda row: joined(row[places])
    if measure.function in ("min", "max") and measure.field is not None:
        return _field(codec, measure.field, places.start)
    return lambda row: row[places.start]
