# ruff: noqa: D102 - the contract says what the methods do
"""Memory stores that each break one promise: waiting, one-shot reads, capabilities, the schema, closing."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from faulty import Delegate, Store
from session_faults import LosesOneOfTwoWriters

from karaoke_persist.contract import Capability, StoreOptions


class LetsTwoWritersIn(Store):
    """A writer does not wait for the one before it."""

    found_by = ("T3-01",)

    def __init__(self, healthy: Any, kind: type[Delegate] = LosesOneOfTwoWriters) -> None:
        super().__init__(healthy, LosesOneOfTwoWriters)


class IgnoresATimeoutOfZero(Store):
    """Who must not wait waits a while."""

    found_by = ("T3-01", "T3-03")

    def session(self, **how: Any) -> Any:
        timeout = how.get("timeout")
        return super().session(**{**how, "timeout": max(1.2, self.healthy._timeout if timeout is None else timeout)})


class IgnoresTheTimeoutOfOpen(Store):
    """The timeout that was given to `open` is forgotten, one that is given to a transaction is not."""

    found_by = ("T3-03",)

    def session(self, **how: Any) -> Any:
        timeout = how.get("timeout")
        return super().session(**{**how, "timeout": 1.2 if timeout is None else timeout})


class WaitsTooLong(Store):
    """Who may wait a while waits seconds longer."""

    found_by = ("T3-02",)

    def session(self, **how: Any) -> Any:
        timeout = how.get("timeout")
        return super().session(**{**how, "timeout": timeout + 3.0 if timeout else timeout})


class NeverWaits(Store):
    """Who may wait is refused at once."""

    found_by = ("T3-02", "T3-09")

    def session(self, **how: Any) -> Any:
        return super().session(**{**how, "timeout": 0})


class ReadersWaitForTheWriter(Store):
    """A reader takes its turn among the writers."""

    found_by = ("T2-03", "T7-03")

    def session(self, **how: Any) -> Any:
        return super().session(**{**how, "read_only": False, "timeout": 0})


class OneShotReadsWait(Store):
    """A one-shot read waits until no writer is there."""

    found_by = ("T2s-02",)

    def session(self, **how: Any) -> Any:
        if how.get("single"):
            self.healthy.session(timeout=how.get("timeout")).rollback()
        return super().session(**how)


class AnswersFromACache(Store):
    """A one-shot read answers what it answered before, whatever was committed since by another handle."""

    found_by = ("T2s-01",)

    def session(self, **how: Any) -> Any:
        session = super().session(**how)
        if how.get("single"):
            self.__dict__.setdefault("cache", session._tables)
            session.healthy._tables = self.cache
        elif not how.get("read_only"):
            self.__dict__.pop("cache", None)
        return session


class Claims(Store):
    """A store that declares what it cannot do."""

    claimed: ClassVar[Capability]

    def __init__(self, healthy: Any, kind: type[Delegate] = Delegate) -> None:
        super().__init__(healthy, kind)
        self.info = dataclasses.replace(self.info, capabilities=frozenset({self.claimed}))


class ClaimsRelaxedDurability(Claims):
    """Relaxed durability is declared, and refused."""

    found_by = ("C-03",)
    claimed = Capability.RELAXED_DURABILITY


class ClaimsToPersist(Claims):
    """Persistence is declared, and everything goes with the last handle."""

    found_by = ("C-02", "C-04", "C-07", "T11-01")
    claimed = Capability.PERSISTENT


class ClaimsOtherProcesses(Claims):
    """Several processes are declared, and each has data of its own."""

    found_by = ("C-06",)
    claimed = Capability.MULTI_PROCESS


class HidesPersistence(Store):
    """Data outlives its last handle, which is not declared."""

    found_by = ("C-07",)

    def close(self) -> None:
        """Keep everything."""


class IgnoresOptions(Store):
    """An option that is not known, or cannot be honoured, is ignored."""

    found_by = ("C-03", "C-04", "C-05")

    @classmethod
    def plant(cls, place: str, options: StoreOptions, kind: type[Delegate] = Delegate) -> Any:
        return super().plant(place, dataclasses.replace(options, backend_options={}, durability=None), kind)


class ClosesForEverybody(Store):
    """Closing one handle takes the rows from the others."""

    found_by = ("T11-03",)

    def close(self) -> None:
        database = self.healthy._database
        database.tables = {name: type(table).empty(table.model) for name, table in database.tables.items()}
        self.healthy.close()


class SharesOneDatabase(Store):
    """Databases of different names are the same."""

    found_by = ("M-07",)

    @classmethod
    def plant(cls, place: str, options: StoreOptions, kind: type[Delegate] = Delegate) -> Any:
        return super().plant(place.rpartition("-")[0], options, kind)


class NeverMigrates(Store):
    """The schema stays behind, though opening is to make it."""

    found_by = ("M-01",)

    def schema(self) -> Any:
        return dataclasses.replace(self.healthy.schema(), state="behind", found="0")


class MigratesFromABackup(Store):
    """A migration brings back the rows that were there when the store was opened."""

    found_by = ("M-02", "M-08", "M-09")

    def __init__(self, healthy: Any, kind: type[Delegate] = Delegate) -> None:
        super().__init__(healthy, kind)
        self.backup = healthy._database.tables

    def migrate(self, progress: Any = None) -> Any:
        writer = self.healthy.session()
        writer.restore(self.backup)
        writer.commit()
        return self.healthy.migrate()
