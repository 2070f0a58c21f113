"""Errors of storage: the database could not do it, and says whether trying again may help."""

from __future__ import annotations

from karaoke_persist.errors.base import KaraokePersistError, shown


class StorageError(KaraokePersistError):
    """The store failed. Inside a transaction this always rolls everything back."""


class Busy(StorageError):
    """Waiting for the writer, or for a connection, took too long."""

    waited_for: str
    timeout: float

    retryable = True

    def __init__(self, waited_for: str, timeout: float) -> None:
        self.waited_for, self.timeout = waited_for, timeout
        super().__init__(
            f"{waited_for} was not free within {timeout:g} s. Keep transactions short, or allow more `timeout`."
        )


class Conflict(StorageError):
    """Two transactions could not be put in an order; this one was undone. `library.run` retries it."""

    detail: str

    retryable = True

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(f"another transaction got in the way ({detail}); nothing was changed. Use `library.run`.")


class Unavailable(StorageError):
    """The store cannot be reached, opened or written."""

    problem: str
    remedy: str

    def __init__(self, problem: str, remedy: str, *, retryable: bool) -> None:
        self.problem, self.remedy = problem, remedy
        self.retryable = retryable  # a lost connection may come back, a full disk does not
        super().__init__(f"{problem}. {remedy}")


class CommitUnknown(StorageError):
    """The connection was lost inside COMMIT: the work may be stored or not. Never retried by itself."""

    detail: str

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(
            f"the answer to COMMIT was lost ({detail}): look whether the change is there before doing it again."
        )


class DataCorrupt(StorageError):
    """Stored bytes that cannot be what this software wrote."""

    where: str
    problem: str
    key: str | None

    def __init__(self, where: str, problem: str, key: str | None = None) -> None:
        self.where, self.problem, self.key = where, problem, key
        row = f" row {shown(key)}" if key is not None else ""
        super().__init__(f"{where}{row} cannot be read: {problem}. Restore it from a backup, or delete it.")


class StoreBug(StorageError):
    """A backend did something its contract does not allow. Worth a report to its author."""

    backend: str
    problem: str

    def __init__(self, backend: str, problem: str) -> None:
        self.backend, self.problem = backend, problem
        super().__init__(f"the {backend} backend broke its contract: {problem}. Please report it to its author.")
