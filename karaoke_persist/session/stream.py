"""A backend's stream, under the rules of its session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from karaoke_persist.errors import StreamStale
from karaoke_persist.models import Record

if TYPE_CHECKING:
    from karaoke_persist.session.session import Session

R = TypeVar("R", bound=Record)


class Stream(Generic[R]):
    """Batches of values. Ends for good when its session ends, or writes to its model."""

    def __init__(self, session: Session, model: type[R], batches: Iterator[list[R]]) -> None:
        self.model = model
        self._session = session
        self._batches: Iterator[list[R]] | None = batches
        self._exhausted = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> list[R]:
        self._session.check_usable()
        if self._exhausted:
            raise StopIteration
        if self._batches is None:
            raise StreamStale(self.model.__name__)
        batch = self._session.next_batch(self._batches)
        if batch is None:
            self._exhausted = True
            self.close()
            raise StopIteration
        return batch

    def close(self) -> None:
        """Let go of the backend's stream."""
        batches, self._batches = self._batches, None
        close = getattr(batches, "close", None)
        if close is not None:
            close()
