"""A listener that remembers what it is told."""

from __future__ import annotations

from collections.abc import Callable

from karaoke_persist import Change, OperationFailure, hookimpl


class Recorder:
    """Remembers every commit and failure. `then` is called with the changes of each commit."""

    def __init__(self, then: Callable[[tuple[Change, ...]], object] = lambda changes: None) -> None:
        self.commits: list[tuple[Change, ...]] = []
        self.failures: list[OperationFailure] = []
        self._then = then

    @property
    def changes(self) -> list[Change]:
        """The changes of all commits, in the order they were told."""
        return [change for commit in self.commits for change in commit]

    @hookimpl
    def karaoke_after_commit(self, changes: tuple[Change, ...]) -> None:
        """Remember a commit."""
        self.commits.append(changes)
        self._then(changes)

    @hookimpl
    def karaoke_operation_failed(self, failure: OperationFailure) -> None:
        """Remember a failure."""
        self.failures.append(failure)
