"""The two sides of a copy: where rows come from, and what they go into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol, TypeVar

from karaoke_persist.contract import Aggregate, Query, SongStore
from karaoke_persist.errors import DataCorrupt
from karaoke_persist.media.applying import Runner
from karaoke_persist.models import Record
from karaoke_persist.session import Session

T = TypeVar("T")

RANGE: Final = 1_000
"""How many keys are compared, and written, at a time."""


class Holder(Runner, Protocol):
    """An open library, as far as a copy needs it."""

    url: str
    store: SongStore

    def transaction(self, *, read_only: bool = False, timeout: float | None = None) -> AbstractContextManager[Any]:
        """Several operations, all or none."""
        ...


class Source(Protocol):
    """Rows of one moment, by model, in the order of their keys."""

    name: str
    """What a command calls it, without a password."""
    models: tuple[type[Record], ...]
    """Those whose rows it has, each after what it names."""

    def count(self, model: type[Record]) -> int:
        """How many rows there are."""
        ...

    def batches(self, model: type[Record]) -> Iterator[Sequence[Record]]:
        """The rows, `RANGE` at a time."""
        ...


class Snapshot:
    """A source that is a read-only session on a store."""

    def __init__(self, session: Session, name: str, models: tuple[type[Record], ...]) -> None:
        self._session = session
        self.name = name
        self.models = models

    def count(self, model: type[Record]) -> int:
        """How many rows there are."""
        [(number,)] = self._session.aggregate(Aggregate(model))
        return int(number)

    def batches(self, model: type[Record]) -> Iterator[Sequence[Record]]:
        """The rows; one that cannot be decoded ends it, for a copy without it would not be whole."""
        read = 0
        for batch in self._session.stream(Query(model), RANGE):
            read += len(batch)
            yield batch
        lost = self.count(model) - read
        if lost:
            raise DataCorrupt(f"{self.name}: {model.__name__}", f"{lost} rows cannot be decoded; the log names them")
