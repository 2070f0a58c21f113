"""The saved criteria of smart playlists: from JSON to what a store is asked.

The form is versioned and strict: what it does not know it refuses, naming the place and what would do. A list that was
saved today finds the same songs tomorrow, or says that it cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any, Final, NoReturn, cast

from karaoke_persist.contract import (
    And,
    Compare,
    Condition,
    Eq,
    Exists,
    FoldedContains,
    FoldedEq,
    Has,
    In,
    IsNull,
    Not,
    Or,
    Order,
    Prefix,
    SearchQuery,
)
from karaoke_persist.contract.checks import check_condition, sortable_fields
from karaoke_persist.contract.query import Operator
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import FavoriteSong, Kind, Song, field_of
from karaoke_persist.models.record import checked_fields

VERSION: Final = 1
COUNTED_ORDERS: Final = ("play_count", "last_played_at", "duration_ms")
"""Fields to order by beside those that a store keeps in order."""
MAX_CONDITIONS: Final = 200
MAX_DEPTH: Final = 20
MAX_VALUES: Final = 1_000
MAX_DAYS: Final = 100_000
MAX_LIMIT: Final = 1_000_000_000

_COMPARISONS: Final = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TEXTS: Final[dict[str, Callable[[str, str], Condition]]] = {
    "folded_eq": FoldedEq,
    "prefix": Prefix,
    "contains": FoldedContains,
    "has": Has,
}
_OPERATORS: Final = ("eq", "in", "is_null", *_TEXTS, *_COMPARISONS)


@dataclass(frozen=True, slots=True)
class SmartQuery:
    """Which songs a smart playlist finds, in which order, and where it stops."""

    where: Condition | None = None
    text: str | None = None
    order: Order | None = None
    """None with a text: by relevance."""
    songs: int | None = None
    duration_ms: int | None = None


def parse(criteria: object, now: datetime) -> SmartQuery:
    """Read saved criteria, as of a moment. What they must not hold is `InvalidValue`, with its place."""
    return _Parser(now).criteria(criteria)


def with_other_user(criteria: Any, old: str, new: str) -> Any:
    """The same criteria about another user's favourites, where they are about one's."""
    if isinstance(criteria, Mapping):
        if criteria.get("favorite_of") == old:
            return {**criteria, "favorite_of": new}
        return {name: with_other_user(value, old, new) for name, value in criteria.items()}
    if isinstance(criteria, list | tuple):
        return [with_other_user(value, old, new) for value in criteria]
    return criteria


class _Parser:
    def __init__(self, now: datetime) -> None:
        self._now = now
        self._conditions = 0
        self._forms: dict[str, Callable[[str, Any], Condition]] = {
            "all": lambda at, value: And(*self._several(at, value)),
            "any": lambda at, value: Or(*self._several(at, value)),
            "not": lambda at, value: Not(self.condition(at, value)),
            "favorite_of": _favorite_of,
            "played_since": lambda at, value: Compare("last_played_at", ">=", self._moment(at, value)),
            "not_played_since": lambda at, value: Not(Compare("last_played_at", ">=", self._moment(at, value))),
            "never_played": _never_played,
        }

    def criteria(self, value: object) -> SmartQuery:
        given = _object("criteria", value, ("version", "where", "text", "order", "limit"))
        if given.get("version") != VERSION or type(given.get("version")) is not int:
            _refuse("criteria.version", given.get("version"), f"this release reads version {VERSION}")
        text = _text(given["text"]) if "text" in given else None
        where = self.condition("criteria.where", given["where"]) if "where" in given else None
        order = _order(given["order"]) if "order" in given else None if text is not None else Order("title")
        return SmartQuery(where, text, order, **(_limit(given["limit"]) if "limit" in given else {}))

    def condition(self, at: str, value: object) -> Condition:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            _refuse(
                at, value, f"there are more than {MAX_CONDITIONS} conditions; use `in` for many values of one field"
            )
        if at.count(".") > MAX_DEPTH:
            _refuse(at, value, f"conditions are nested more than {MAX_DEPTH} deep; flatten them")
        if isinstance(value, Mapping) and "field" in value:
            return self._field(at, value)
        form = _object(at, value, tuple(self._forms))
        if len(form) != 1:
            _refuse(
                at, value, f"one condition is expected: an object with `field`, or with one of {_names(self._forms)}"
            )
        ((name, inner),) = form.items()
        return self._forms[name](f"{at}.{name}", inner)

    def _several(self, at: str, value: object) -> list[Condition]:
        return [self.condition(f"{at}[{place}]", part) for place, part in enumerate(_list(at, value))]

    def _field(self, at: str, value: Mapping[str, Any]) -> Condition:
        given = _object(at, value, ("field", "op", "value"))
        name, operator = given["field"], given.get("op", "eq")
        if not isinstance(name, str):
            _refuse(f"{at}.field", name, "the name of a field of a song is expected")
        kind = _checked(f"{at}.field", name, lambda: field_of(Song, name).kind)
        if operator not in _OPERATORS:
            _refuse(f"{at}.op", operator, f"choose one of {_names(_OPERATORS)}")
        if operator == "is_null":
            if "value" in given:
                _refuse(f"{at}.value", given["value"], "is_null takes no value; leave it out")
            return IsNull(name)
        if "value" not in given:
            _refuse(at, value, f"{operator} needs a `value`")
        made = self._compared(f"{at}.value", name, operator, given["value"], kind)
        _checked(f"{at}.value", given["value"], lambda: check_condition(Song, made))
        return made

    def _compared(self, at: str, name: str, operator: str, value: Any, kind: Kind) -> Condition:
        if operator in _TEXTS:
            return _TEXTS[operator](name, value)
        if operator == "in":
            values = _list(at, value)
            return In(name, [self._value(f"{at}[{place}]", each, kind) for place, each in enumerate(values)])
        made = self._value(at, value, kind)
        return Eq(name, made) if operator == "eq" else Compare(name, cast("Operator", _COMPARISONS[operator]), made)

    def _value(self, at: str, value: Any, kind: Kind) -> Any:
        return self._moment(at, value) if kind is Kind.TIME else value

    def _moment(self, at: str, value: Any) -> datetime:
        if isinstance(value, Mapping):
            days = _whole(f"{at}.days_ago", _object(at, value, ("days_ago",)).get("days_ago"), 0, MAX_DAYS)
            return self._now - timedelta(days=days)
        if not isinstance(value, str):
            _refuse(at, value, 'a time is expected, as ISO 8601 text with its zone or as {"days_ago": 30}')
        moment: datetime = _checked(at, value, lambda: checked_fields(Song, {"date_added": value}))["date_added"]
        return moment


def _favorite_of(at: str, value: Any) -> Condition:
    if not isinstance(value, str):
        _refuse(at, value, "the id of a user is expected")
    made = Exists(FavoriteSong, {"id": "song_id"}, Eq("user_id", value))
    _checked(at, value, lambda: check_condition(Song, made))
    return made


def _never_played(at: str, value: Any) -> Condition:
    if value is not True:
        _refuse(at, value, 'true is expected; for the opposite use {"not": {"never_played": true}}')
    return And(IsNull("last_played_at"), Eq("play_count", 0))


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        _refuse("criteria.text", value, "words to search for are expected; without any, leave it out")
    if "\x00" in value:
        _refuse("criteria.text", value, "text must not hold the character NUL; remove it")
    _checked("criteria.text", value, lambda: SearchQuery.parse(value))
    return value


def _order(value: Any) -> Order:
    given = _object("criteria.order", value, ("by", "descending"))
    name, descending = given.get("by"), given.get("descending", False)
    choice = sorted({*sortable_fields(Song), *COUNTED_ORDERS})
    if name not in choice:
        _refuse("criteria.order.by", name, f"choose one of {_names(choice)}")
    if not isinstance(descending, bool):
        _refuse("criteria.order.descending", descending, "true or false is expected")
    return Order(str(name), descending)


def _limit(value: Any) -> dict[str, int]:
    given = _object("criteria.limit", value, ("songs", "seconds"))
    if len(given) != 1:
        _refuse("criteria.limit", value, "one of songs and seconds is expected")
    if "songs" in given:
        return {"songs": _whole("criteria.limit.songs", given["songs"], 1, MAX_LIMIT)}
    return {"duration_ms": 1_000 * _whole("criteria.limit.seconds", given["seconds"], 1, MAX_LIMIT)}


def _object(at: str, value: object, names: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        _refuse(at, value, f"a JSON object with {_names(names)} is expected")
    for name in value:
        if name not in names:
            close = get_close_matches(str(name), names, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {_names(names)}"
            _refuse(at, name, f"nothing here is called so; {hint}")
    return cast("Mapping[str, Any]", value)


def _list(at: str, value: object) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        _refuse(at, value, "a list is expected")
    if len(value) > MAX_VALUES:
        _refuse(at, len(value), f"at most {MAX_VALUES} values fit")
    return value


def _whole(at: str, value: object, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        _refuse(at, value, f"a whole number from {least} to {most} is expected")
    return value


def _checked(at: str, value: object, check: Callable[[], Any]) -> Any:
    """What a check of the contract answers; its complaint with the place in the criteria."""
    try:
        return check()
    except InvalidValue as error:
        _refuse(at, value, error.problem)


def _names(names: Sequence[str] | Mapping[str, Any]) -> str:
    return ", ".join(names)


def _refuse(at: str, value: object, problem: str) -> NoReturn:
    raise InvalidValue(at, value, problem)
