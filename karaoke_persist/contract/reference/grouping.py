"""`Aggregate` computed over values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from karaoke_persist.contract.query import Aggregate, Measure
from karaoke_persist.contract.reference.evaluate import OPERATORS, Rows, matcher
from karaoke_persist.contract.reference.ordering import sort_value
from karaoke_persist.models import Kind, Record, field_of

Answer = tuple[Any, ...]


def aggregate(request: Aggregate, rows: Rows) -> list[Answer]:
    """The answers of an `Aggregate`, from all the rows of its model."""
    test = matcher(request.where, rows)
    groups = _groups(request, (row for row in rows(request.model) if test(row)))
    answers = [(*values, *(_measured(measure, members) for measure in request.measures)) for values, members in groups]
    answers = [answer for answer in answers if _meets_having(request, answer)]
    end = None if request.limit is None else request.offset + request.limit
    return _in_order(request, answers)[request.offset : end]


def _groups(request: Aggregate, rows: Iterable[Record]) -> list[tuple[Answer, list[Record]]]:
    groups: dict[Answer, list[Record]] = defaultdict(list)
    if not request.by:
        groups[()] = []
    for row in rows:
        groups[tuple(getattr(row, field) for field in request.by)].append(row)
    return list(groups.items())


def _measured(measure: Measure, members: list[Record]) -> Any:
    if measure.field is None:
        return len(members)
    values = [value for row in members if (value := getattr(row, measure.field)) is not None]
    match measure.function:
        case "count":
            return len(values)
        case "count_distinct":
            return len(set(values))
        case "sum":
            return sum(values) if values else None
        case "min":
            return min(values, default=None)
        case "max":
            return max(values, default=None)


def _column(request: Aggregate, name: str) -> int:
    return [*request.by, *(measure.name for measure in request.measures)].index(name)


def _meets_having(request: Aggregate, answer: Answer) -> bool:
    if request.having is None:
        return True
    value = answer[_column(request, request.having.field)]
    return value is not None and OPERATORS[request.having.operator](value, request.having.value)


def _in_order(request: Aggregate, answers: list[Answer]) -> list[Answer]:
    for index in range(len(request.by) - 1, -1, -1):
        answers = _sorted_by(request, answers, index, descending=False)
    if request.order is not None:
        answers = _sorted_by(request, answers, _column(request, request.order.field), request.order.descending)
    return answers


def _sorted_by(request: Aggregate, answers: list[Answer], index: int, descending: bool) -> list[Answer]:
    kind = field_of(request.model, request.by[index]).kind if index < len(request.by) else Kind.INTEGER
    present = [answer for answer in answers if answer[index] is not None]
    absent = [answer for answer in answers if answer[index] is None]
    # Sorting twice keeps ties in their earlier order, also when descending (`reverse` is stable).
    return sorted(present, key=lambda answer: sort_value(kind, answer[index]), reverse=descending) + absent
