"""The checks before every call on a session, and the memory of what broke it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from karaoke_persist.errors import (
    DomainError,
    ReadOnlySession,
    SchemaMismatch,
    StorageError,
    StoreBug,
    UsageError,
)


class Guarded(Protocol):
    """What the guards need of a session."""

    read_only: bool

    def check_usable(self) -> None:
        """Raise unless the session may be used here and now."""

    def fail(self, cause: BaseException) -> None:
        """Remember what broke the session."""

    @property
    def backend_name(self) -> str:
        """Whom to blame."""
        ...


S = TypeVar("S", bound=Guarded)
P = ParamSpec("P")
T = TypeVar("T")


def reading(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Check that the session may be used, and remember the error that breaks it."""

    @wraps(method)
    def guarded(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        self.check_usable()
        try:
            return method(self, *args, **kwargs)
        except (DomainError, UsageError, SchemaMismatch):  # it changed nothing
            raise
        except StorageError as error:
            self.fail(error)
            raise
        except Exception as error:
            bug = StoreBug(self.backend_name, f"{method.__name__} raised {error!r}")
            self.fail(bug)
            raise bug from error
        except BaseException as error:  # an interrupt inside a backend leaves nobody knowing where it stands
            self.fail(error)
            raise

    return guarded


def writing(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """The same for a write, which a read-only session refuses before any input or output."""
    guarded = reading(method)

    @wraps(method)
    def guarded_write(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        if self.read_only:
            self.check_usable()
            raise ReadOnlySession(method.__name__)
        return guarded(self, *args, **kwargs)

    return guarded_write
