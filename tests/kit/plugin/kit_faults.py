# ruff: noqa: D102 - the contract says what the methods do
"""Backends that each break one promise: the memory backend, behind a session or a store with one fault.

The fault is chosen by `backend_options={"fault": name}`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from karaoke_persist.contract import CONTRACT_VERSION, Capability, StoreOptions, Written, hookimpl
from karaoke_persist_memory.store import open_memory_store

contract_version = CONTRACT_VERSION


@hookimpl
def karaoke_open_store(url: str, options: StoreOptions) -> Any:
    """Open a memory store, and hide it behind the fault that was asked for."""
    fault = options.backend_options.get("fault", "none")
    healthy = dataclasses.replace(options, backend_options={})
    return Store(open_memory_store(url.replace("faulty://", "memory://"), healthy), fault)


class Delegate:
    """Everything that is not overridden is the healthy object's."""

    def __init__(self, healthy: Any) -> None:
        self.healthy = healthy

    def __getattr__(self, name: str) -> Any:
        return getattr(self.healthy, name)


class Store(Delegate):
    """A store whose sessions have a fault."""

    def __init__(self, healthy: Any, fault: str) -> None:
        super().__init__(healthy)
        self._fault = fault
        self.info = dataclasses.replace(healthy.info, scheme="faulty")
        if fault == "lies_about_a_capability":
            self.info = dataclasses.replace(self.info, capabilities=frozenset({Capability.RELAXED_DURABILITY}))

    def session(self, **how: Any) -> Any:
        if self._fault == "lets_two_writers_in" and not how.get("read_only"):
            session = self.healthy.session(**{**how, "read_only": True})
            session.commit = lambda: session._database.publish(session._tables)
            return session
        return FAULTS.get(self._fault, Delegate)(self.healthy.session(**how))


class KeepsSavepointData(Delegate):
    """Undoing a savepoint keeps what it did."""

    def savepoint(self) -> Any:
        savepoint = self.healthy.savepoint()
        savepoint.rollback = savepoint.release
        return savepoint


class ShowsWritesBeforeCommit(Delegate):
    """Others see what is not committed."""

    def upsert(self, values: Any) -> Any:
        written = self.healthy.upsert(values)
        self.healthy._database.publish(self.healthy._tables)
        return written


class ReadsWithoutSnapshot(Delegate):
    """A reader sees each commit at once."""

    def find(self, query: Any) -> Any:
        if self.healthy._read_only:
            self.healthy._tables = self.healthy._database.tables
        return self.healthy.find(query)


class CommitsOnError(Delegate):
    """What was to be undone is committed."""

    def rollback(self) -> None:
        self.healthy.rollback() if self.healthy._read_only else self.healthy.commit()


class LosesExpect(Delegate):
    """A stale write is done."""

    def patch(self, model: Any, key: str, changes: Any, *, expect: int | None = None) -> Any:
        return self.healthy.patch(model, key, changes)


class SortsAbsentFirst(Delegate):
    """Absent values come first."""

    def find(self, query: Any) -> Any:
        rows = self.healthy.find(query)
        if query.order is None:
            return rows
        return sorted(rows, key=lambda row: getattr(row, query.order.field) is not None)


class DropsMicroseconds(Delegate):
    """Times are cut to seconds."""

    def upsert(self, values: Any) -> Any:
        return self.healthy.upsert([self._shortened(value) for value in values])

    def _shortened(self, value: Any) -> Any:
        times = {name: at.replace(microsecond=0) for name, at in vars(value).items() if hasattr(at, "microsecond")}
        return value.replaced(times)


class KeepsHalfABatch(Delegate):
    """The rows before the one that is refused stay."""

    def upsert(self, values: Any) -> Any:
        return [written for value in values for written in self.healthy.upsert([value])]


class TellsOfNothing(Delegate):
    """A write that changed nothing is told as an update."""

    def upsert(self, values: Any) -> Any:
        return [Written(each.key, each.before, each.before + 1) for each in self.healthy.upsert(values)]


class FoldsIds(Delegate):
    """Ids that differ in case are the same."""

    def get(self, model: Any, keys: Any) -> Any:
        folded = {row.key.casefold(): row for row in self.healthy._rows(model)}
        return {key: folded[key.casefold()] for key in keys if key.casefold() in folded}


class ForgetsReferences(Delegate):
    """What is still named is deleted."""

    def delete_where(self, query: Any) -> Any:
        table = self.healthy._table(query.model)
        doomed = self.healthy.find(query)
        for row in doomed:
            table = table.without_row(row.key)
        self.healthy._tables = {**self.healthy._tables, query.model.integrity.collection: table}
        return [Written(row.key, row.revision, 0) for row in doomed]


class SearchesTitlesAlone(Delegate):
    """Songs are found by their titles only."""

    def search(self, request: Any) -> Any:
        result = self.healthy.search(request)
        songs = tuple(song for song in result.songs if request.text.casefold() in song.title.casefold())
        return dataclasses.replace(result, songs=songs)


FAULTS: dict[str, type[Delegate]] = {
    "keeps_savepoint_data": KeepsSavepointData,
    "shows_writes_before_commit": ShowsWritesBeforeCommit,
    "reads_without_snapshot": ReadsWithoutSnapshot,
    "commits_on_error": CommitsOnError,
    "loses_expect": LosesExpect,
    "sorts_absent_first": SortsAbsentFirst,
    "drops_microseconds": DropsMicroseconds,
    "keeps_half_a_batch": KeepsHalfABatch,
    "tells_of_nothing": TellsOfNothing,
    "folds_ids": FoldsIds,
    "forgets_references": ForgetsReferences,
    "searches_titles_alone": SearchesTitlesAlone,
}
