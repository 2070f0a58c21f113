"""Errors of the data: they change nothing and leave the session usable."""

from __future__ import annotations

from karaoke_persist.errors.base import KaraokePersistError, shown


class DomainError(KaraokePersistError):
    """The request does not fit the data. Nothing was changed; the session goes on."""


class InvalidValue(DomainError):
    """A value that no backend would store."""

    where: str
    problem: str
    value: str

    def __init__(self, where: str, value: object, problem: str) -> None:
        self.where, self.problem = where, problem
        self.value = shown(value)
        super().__init__(f"{where}: {problem} (got {self.value})")


class NotFound(DomainError):
    """A write named a key that is not there."""

    model: str
    key: str

    def __init__(self, model: str, key: str) -> None:
        self.model, self.key = model, key
        super().__init__(f"there is no {model} {shown(key)}. Create it first, or check the key.")


class AlreadyExists(DomainError):
    """The key, or a field that must be unique, is taken."""

    model: str
    field: str
    value: object

    merged_into: str | None
    """The key of the row that this one was merged into, if that is why."""

    def __init__(self, model: str, field: str, value: object, merged_into: str | None = None) -> None:
        self.model, self.field, self.value, self.merged_into = model, field, value, merged_into
        what = f"a {model} with {field} {shown(value)} is already there. Update that one"
        if merged_into is not None:
            what = f"the {model} with {field} {shown(value)} was merged into {shown(merged_into)}. Write to that one"
        super().__init__(f"{what}, or choose another {field}.")


class StaleWrite(DomainError):
    """The row has moved on since it was read: `expect` no longer holds."""

    model: str
    key: str
    expected: int
    found: int

    def __init__(self, model: str, key: str, expected: int, found: int) -> None:
        self.model, self.key, self.expected, self.found = model, key, expected, found
        super().__init__(
            f"{model} {shown(key)} is at revision {found}, not {expected}: somebody changed it. Read it again,"
            " then decide."
        )


class ReferenceMissing(DomainError):
    """A reference to something that is not there."""

    model: str
    field: str
    target: str
    key: str

    def __init__(self, model: str, field: str, target: str, key: str) -> None:
        self.model, self.field, self.target, self.key = model, field, target, key
        super().__init__(f"{model}.{field} names {target} {shown(key)}, which is not there. Create that one first.")


class StillReferenced(DomainError):
    """A deletion of something that others still name."""

    model: str
    key: str
    by: str
    field: str

    def __init__(self, model: str, key: str, by: str, field: str) -> None:
        self.model, self.key, self.by, self.field = model, key, by, field
        super().__init__(
            f"{model} {shown(key)} is still named by {by}.{field}. Delete or change those first; nothing was deleted."
        )


class IllegalState(DomainError):
    """What was asked for does not follow from where the thing stands."""

    model: str
    key: str
    state: str
    wanted: str

    def __init__(self, model: str, key: str, state: str, wanted: str, remedy: str) -> None:
        self.model, self.key, self.state, self.wanted = model, key, state, wanted
        super().__init__(f"{model} {shown(key)} is {state} and cannot {wanted}. {remedy}.")


class QuotaExceeded(DomainError):
    """One singer would have more than the room allows."""

    singer: str
    quota: str
    limit: int
    found: int

    def __init__(self, singer: str, quota: str, limit: int, found: int) -> None:
        self.singer, self.quota, self.limit, self.found = singer, quota, limit, found
        super().__init__(
            f"{shown(singer)} would be at {found} of {limit} ({quota}). Wait until a song is done, or let the host add"
            " it with force=True."
        )


class LeaseLost(DomainError):
    """A worker speaks of a job that is not its own any more: the lease lapsed, or the job was cancelled."""

    key: str
    attempt: int
    reason: str

    def __init__(self, key: str, attempt: int, reason: str) -> None:
        self.key, self.attempt, self.reason = key, attempt, reason
        super().__init__(
            f"attempt {attempt} at Job {shown(key)} is over: {reason}. Nothing was written; stop working on it."
        )
