"""Errors of use: the calling code has to change, not the data."""

from __future__ import annotations

from karaoke_persist.errors.base import KaraokePersistError


class UsageError(KaraokePersistError):
    """A session or a library was used in a way that its rules forbid."""


class SessionClosed(UsageError):
    """Something was used after its end."""

    what: str
    remedy: str

    def __init__(
        self, what: str = "session", remedy: str = "Open a new one: `with library.transaction() as tx:`"
    ) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"this {what} has ended. {remedy}")


class SessionFailed(UsageError):
    """A storage error broke this session; nothing it wrote is kept."""

    cause: str

    def __init__(self, cause: BaseException) -> None:
        self.cause = str(cause)
        super().__init__(
            f"an earlier error ended this session's work ({type(cause).__name__}: {cause}). Leave the block; nothing"
            " was committed. Do not swallow storage errors inside a transaction."
        )


class NestedSession(UsageError):
    """A second write session was asked for inside the first, in the same thread."""

    def __init__(self) -> None:
        super().__init__(
            "this thread already holds a write transaction on this library, and would wait for itself. Call the"
            " operation on the transaction (`tx.songs…`, not `library.songs…`), or use `tx.savepoint()`."
        )


class ReadOnlySession(UsageError):
    """A write in a session that was opened read-only."""

    operation: str

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__(f"{operation} is a write, and this session is read-only. Use `library.transaction()`.")


class WrongThread(UsageError):
    """A session was used outside the thread, or the process, that opened it."""

    what: str

    def __init__(self, what: str = "session") -> None:
        self.what = what
        super().__init__(
            f"this {what} belongs to the thread that opened it. Open and close it within one function, or hand a"
            " function to `library.run`."
        )


class StreamStale(UsageError):
    """A stream was read on after its own session wrote to the model it reads."""

    model: str

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(
            f"this stream over {model} ended when the same session wrote to {model}. Read it to its end first, or"
            " collect the keys and write afterwards."
        )
