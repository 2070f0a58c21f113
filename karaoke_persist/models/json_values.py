"""JSON that cannot be changed once it is part of a value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NoReturn

from karaoke_persist.models.text import check_text

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
MAX_DEPTH = 64


class FrozenDict(dict[str, Any]):
    """A read-only JSON object. It stays a `dict`, so that `json`, `==` and `isinstance` treat it as one."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenDict, (dict(self),)


def _refuse(*_: object, **__: object) -> NoReturn:
    raise TypeError("this object is part of a stored value and cannot change; patch the field with a new one")


for _name in ("__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault", "update"):
    setattr(FrozenDict, _name, _refuse)

EMPTY_OBJECT = FrozenDict()


def freeze(value: Any, depth: int = 0) -> Any:
    """A deeply immutable copy of a JSON value: lists become tuples, objects `FrozenDict`.

    Raises `ValueError` for what JSON or a 64-bit database cannot hold: NaN, infinities, other types, integers out of
    range, more than 64 levels.
    """
    if depth > MAX_DEPTH:
        raise ValueError(f"JSON is nested deeper than {MAX_DEPTH} levels; flatten it")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return check_text(value)
    if isinstance(value, int):
        return check_int64(value)
    if isinstance(value, float):
        return _check_finite(value)
    if isinstance(value, Mapping):
        return freeze_object(value, depth)
    if isinstance(value, list | tuple):
        return tuple(freeze(item, depth + 1) for item in value)
    raise ValueError(f"{type(value).__name__} is not JSON; use text, numbers, booleans, lists and objects")


def freeze_object(value: Any, depth: int = 0) -> FrozenDict:
    """A deeply immutable copy of a JSON object."""
    if not isinstance(value, Mapping):
        raise ValueError("a JSON object is expected, such as {'key': 'value'}")
    for key in value:
        if not isinstance(key, str):
            raise ValueError(f"the keys of a JSON object are text, not {type(key).__name__}")
        check_text(key)
    # Sorted, so that equal objects have equal text in every database.
    return FrozenDict({key: freeze(value[key], depth + 1) for key in sorted(value)})


def thaw(value: Any) -> Any:
    """A plain, changeable copy: lists and dicts again."""
    if isinstance(value, dict):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [thaw(item) for item in value]
    return value


def same_json(one: Any, other: Any) -> bool:
    """Whether two frozen JSON values are the same, 1, 1.0 and true being three different ones."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same_json(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same_json, one, other))
    return repr(one) == repr(other) if isinstance(one, float) else bool(one == other)  # -0.0 is not 0.0


def check_int64(value: int) -> int:
    """Refuse an integer that does not fit 64 bits."""
    if not INT64_MIN <= value <= INT64_MAX:
        raise ValueError("integers are 64-bit: -9223372036854775808 to 9223372036854775807")
    return value


def _check_finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("JSON has no NaN and no infinity; use null, or text")
    return value
