"""The mark of an operation that changes a queue."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from karaoke_persist.operations.base import Operations, operation

P = ParamSpec("P")
T = TypeVar("T")
O = TypeVar("O", bound=Operations)  # noqa: E741


def change(method: Callable[Concatenate[O, P], T]) -> Callable[Concatenate[O, P], T]:
    """Mark an operation that writes, wholly or not at all: within a transaction too, an error undoes its part."""

    @wraps(method)
    def whole(self: O, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.session.savepoint():
            return method(self, *args, **kwargs)

    return operation("write")(whole)
