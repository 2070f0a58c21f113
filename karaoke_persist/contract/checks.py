"""What core refuses before a backend sees it: unknown fields, comparisons that make no sense, windows too wide."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from karaoke_persist.contract.query import (
    Aggregate,
    And,
    Compare,
    Condition,
    Eq,
    Exists,
    FoldedContains,
    FoldedEq,
    Has,
    In,
    Measure,
    Not,
    Or,
    Prefix,
    Query,
)
from karaoke_persist.contract.search import SearchRequest
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Kind, Record, field_of
from karaoke_persist.models.json_values import INT64_MAX, check_int64
from karaoke_persist.models.text import check_text

MAX_LIMIT = 10_000
_TYPES: dict[Kind, type] = {
    Kind.TEXT: str,
    Kind.INDEXED: str,
    Kind.INTEGER: int,
    Kind.BOOLEAN: bool,
    Kind.TIME: datetime,
}
_COMPARABLE = (Kind.INTEGER, Kind.TIME)


def check_query(query: Query) -> None:
    """Refuse a query that the algebra does not allow."""
    check_condition(query.model, query.where)
    if query.order is not None and query.order.field not in sortable_fields(query.model):
        choice = ", ".join(sorted(sortable_fields(query.model)))
        raise InvalidValue(f"order of {query.model.__name__}", query.order.field, f"choose one of {choice}")
    check_window(query.limit, query.offset)


def check_aggregate(request: Aggregate) -> None:
    """Refuse an aggregate that the algebra does not allow."""
    check_condition(request.model, request.where)
    check_window(request.limit, request.offset)
    for name in request.by:
        if field_of(request.model, name).kind not in _TYPES:
            raise InvalidValue(f"{request.model.__name__}.{name}", name, "lists and objects cannot be grouped by")
    for measure in request.measures:
        _check_measure(request.model, measure)
    columns = {*request.by, *(measure.name for measure in request.measures)}
    for part in (request.having, request.order):
        if part is not None and part.field not in columns:
            raise InvalidValue("aggregate", part.field, f"it is not among the answers: {', '.join(sorted(columns))}")


def check_window(limit: int | None, offset: int) -> None:
    """Refuse a limit or offset that is negative, huge or no number."""
    if limit is not None:
        _check_whole("limit", limit, INT64_MAX)
    _check_whole("offset", offset, INT64_MAX)


def check_page(limit: int, offset: int = 0) -> None:
    """The same for a page handed to people, which holds at most 10,000 rows."""
    _check_whole("limit", limit, MAX_LIMIT)
    _check_whole("offset", offset, INT64_MAX)


def check_search(request: SearchRequest) -> None:
    """Refuse a search for what is no text any database could hold, or for too much at once."""
    _check_value("search", Kind.TEXT, request.text)
    _check_value("SearchRequest.hidden", Kind.BOOLEAN, request.hidden)
    check_page(request.limit, request.offset)


def check_revision(model: type[Record], expect: object) -> None:
    """Refuse a revision that is no whole number."""
    _check_whole(f"{model.__name__}.revision", expect, INT64_MAX)


def check_key(model: type[Record], key: object) -> None:
    """Refuse a key that is no text any database could hold."""
    if type(key) is str and key.isascii() and "\x00" not in key:
        return  # nearly every key, and the hottest check there is
    _check_value(f"{model.__name__}.{model.integrity.key}", Kind.TEXT, key)


def check_condition(model: type[Record], condition: Condition | None) -> None:
    """Refuse a condition that does not fit the model's fields."""
    match condition:
        case None:
            return
        case And(parts) | Or(parts):
            for part in parts:
                check_condition(model, part)
        case Not(inner):
            check_condition(model, inner)
        case Exists():
            _check_exists(model, condition)
        case _:
            _check_field_condition(model, condition)


@cache
def sortable_fields(model: type[Record]) -> frozenset[str]:
    """The fields a query may be ordered by."""
    return frozenset(entry.field for entry in model.integrity.sorted)


def _check_exists(model: type[Record], condition: Exists) -> None:
    for ours, theirs in condition.on:
        field_of(model, ours)
        field_of(condition.model, theirs)
    check_condition(condition.model, condition.where)


def _check_field_condition(model: type[Record], condition: Any) -> None:
    kind, where = field_of(model, condition.field).kind, f"{model.__name__}.{condition.field}"
    match condition:
        case Eq(_, value):
            _check_value(where, kind, value)
        case In(_, values):
            for value in values:
                _check_value(where, kind, value)
        case Compare(_, operator, value):
            _check_comparison(where, kind, operator, value)
        case FoldedEq(_, text) | Prefix(_, text) | FoldedContains(_, text):
            _require(kind is Kind.INDEXED, where, text, "only indexed text has a fold to look into")
            _check_value(where, kind, text)
        case Has(_, element):
            _require(kind in (Kind.LIST, Kind.OBJECT), where, element, "only lists and objects have elements")
            _check_value(where, Kind.TEXT, element)


def _check_comparison(where: str, kind: Kind, operator: str, value: Any) -> None:
    _require(kind in _COMPARABLE, where, value, "only integers and times lie before or after")
    _require(operator in ("<", "<=", ">", ">="), where, operator, "the operators are <, <=, > and >=")
    _check_value(where, kind, value)


def _check_measure(model: type[Record], measure: Measure) -> None:
    if measure.field is None:
        _require(measure.function == "count", model.__name__, measure.function, "this measure needs a field")
        return
    kind, where = field_of(model, measure.field).kind, f"{model.__name__}.{measure.field}"
    if measure.function == "sum":
        _require(kind is Kind.INTEGER, where, measure.function, "only integers can be summed")
    elif measure.function in ("min", "max"):
        _require(kind in _COMPARABLE, where, measure.function, "only integers and times have a least and a greatest")
    elif measure.function == "count_distinct":
        _require(kind in _TYPES, where, measure.function, "lists and objects cannot be told apart by count")


def _check_value(where: str, kind: Kind, value: Any) -> None:
    wanted = _TYPES.get(kind)
    _require(wanted is not None, where, value, "lists and objects are not compared; use Has")
    fits = isinstance(value, wanted or object) and not (kind is Kind.INTEGER and isinstance(value, bool))
    _require(fits, where, value, f"a value of type {(wanted or object).__name__} is expected")
    try:
        if isinstance(value, str):
            check_text(value)
        elif isinstance(value, int):
            check_int64(value)
    except ValueError as error:
        raise InvalidValue(where, value, str(error)) from None
    _require(not isinstance(value, datetime) or value.tzinfo is not None, where, value, "a time needs its zone")


def _check_whole(where: str, value: object, most: int) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    _require(whole and 0 <= value <= most, where, value, f"a whole number from 0 to {most} is expected")  # type: ignore[operator]


def _require(holds: bool, where: str, value: object, problem: str) -> None:
    if not holds:
        raise InvalidValue(where, value, problem)
