# ruff: noqa: D102 - the contract says what the methods do
"""What faults are planted in: the memory backend, behind a store and sessions that pass everything on."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, Self

from karaoke_persist.contract import StoreOptions
from karaoke_persist_memory.store import open_memory_store


class Delegate:
    """A session: everything that is not overridden is the healthy one's."""

    found_by: ClassVar[tuple[str, ...]] = ()
    exclusive: ClassVar[bool] = True
    """Whether a writer waits for the one before it."""
    store: Any
    writes: bool

    def __init__(self, healthy: Any) -> None:
        self.healthy = healthy

    @classmethod
    def plant(cls, place: str, options: StoreOptions) -> Any:
        """A memory store with these sessions."""
        return Store.plant(place, options, cls)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.healthy, name)

    def begun(self, before: Any) -> None:
        """A writer has its turn; `before` are the tables from before it waited."""


class Store:
    """A store whose sessions may have a fault."""

    found_by: ClassVar[tuple[str, ...]] = ()

    def __init__(self, healthy: Any, kind: type[Delegate] = Delegate) -> None:
        self.healthy, self._kind = healthy, kind
        self.info = dataclasses.replace(healthy.info, scheme="faulty")
        self.sessions_open = 1

    @classmethod
    def plant(cls, place: str, options: StoreOptions, kind: type[Delegate] = Delegate) -> Self:
        """A memory store of this kind."""
        return cls(open_memory_store(f"memory://{place}", options), kind)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.healthy, name)

    def session(self, **how: Any) -> Any:
        before = self.healthy._database.tables
        writes = not how.get("read_only")
        session = self._kind(self.healthy.session(**(how if self._kind.exclusive else {**how, "read_only": True})))
        session.store, session.writes = self, writes
        if writes:
            session.begun(before)
        return session
