"""How an operation is written once and called in two ways.

A method marked `@operation` is business logic over `self.session`. On a namespace that is bound to a session
(`tx.songs`) it just runs. On one that is bound to a library (`library.songs`) each call is one transaction of its own:
the library opens a session as the mark says, and answers a storage failure with the mark's empty value if it degrades.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, Self, TypeVar

from karaoke_persist.session import Session

Access = Literal["single", "read", "write"]
P = ParamSpec("P")
T = TypeVar("T")
O = TypeVar("O", bound="Operations")  # noqa: E741


@dataclass(frozen=True, slots=True)
class OperationSpec:
    """What the library must know to run an operation by itself."""

    name: str
    access: Access
    """`single` reads once, `read` reads one snapshot, `write` writes."""
    empty: Callable[[], Any] | None
    """Makes the answer that stands for "the store failed"; None if there is none."""


class OneShotRunner(Protocol):
    """What runs a single operation in a transaction of its own."""

    def run_operation(self, spec: OperationSpec, call: Callable[[Session], T]) -> T:
        """Open a session, call, commit; degrade or raise."""
        ...


class Operations:
    """Base of the namespaces. Bound to a session, or to a library that opens one for each call."""

    def __init__(self, session: Session | None, runner: OneShotRunner | None = None) -> None:
        self._session, self._runner = session, runner

    def bound_to(self, session: Session) -> Self:
        """The same namespace, working in this session."""
        twin = object.__new__(type(self))
        twin._session, twin._runner = session, None
        return twin

    @property
    def session(self) -> Session:
        """The session that the operation works in."""
        assert self._session is not None, "operations run inside a session; the @operation mark provides it"
        return self._session


def operation(
    access: Access, empty: Callable[[], Any] | None = None
) -> Callable[[Callable[Concatenate[O, P], T]], Callable[Concatenate[O, P], T]]:
    """Mark a method as an operation."""

    def mark(method: Callable[Concatenate[O, P], T]) -> Callable[Concatenate[O, P], T]:
        spec = OperationSpec(method.__name__, access, empty)

        @wraps(method)
        def call(self: O, /, *args: P.args, **kwargs: P.kwargs) -> T:
            runner = self._runner
            if runner is None:
                return method(self, *args, **kwargs)
            return runner.run_operation(spec, lambda session: method(self.bound_to(session), *args, **kwargs))

        return call

    return mark


def none() -> None:
    """The empty answer of a lookup."""


def zero() -> int:
    """The empty answer of a count."""
    return 0


def no() -> bool:
    """The empty answer of a change."""
    return False
