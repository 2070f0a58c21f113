# ruff: noqa: D102 - the contract says what the methods do
"""Backends that each break one promise: the memory backend, behind a session or a store with one fault.

The fault is chosen by `backend_options={"fault": name}`. `FAULTS` says what each is and which rule finds it.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any, ClassVar, NamedTuple

import session_faults
from session_faults import Delegate

from karaoke_persist.contract import CONTRACT_VERSION, Capability, StoreOptions, hookimpl
from karaoke_persist_memory.store import open_memory_store

contract_version = CONTRACT_VERSION


@hookimpl
def karaoke_open_store(url: str, options: StoreOptions) -> Any:
    """Open a memory store, and hide it behind the fault that was asked for."""
    fault = FAULTS.get(options.backend_options.get("fault", "none"))
    healthy = open_memory_store(url.replace("faulty://", "memory://"), dataclasses.replace(options, backend_options={}))
    if fault is None:
        return Store(healthy)
    return fault.kind(healthy) if issubclass(fault.kind, Store) else Store(healthy, fault.kind)


class Store:
    """A store whose sessions may have a fault."""

    found_by: ClassVar[str] = ""

    def __init__(self, healthy: Any, kind: type[Delegate] = Delegate) -> None:
        self.healthy, self._kind = healthy, kind
        self.info = dataclasses.replace(healthy.info, scheme="faulty")
        self.sessions_open = 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self.healthy, name)

    def session(self, **how: Any) -> Any:
        before = self.healthy._database.tables
        writes = not how.get("read_only")
        session = self._kind(self.healthy.session(**(how if self._kind.exclusive else {**how, "read_only": True})))
        session.store = self
        if writes:
            session.begun(before)
        return session


class LetsTwoWritersIn(Store):
    """A writer does not wait for the one before it."""

    found_by = "T3-01"

    def __init__(self, healthy: Any) -> None:
        super().__init__(healthy, session_faults.LosesOneOfTwoWriters)


class IgnoresATimeoutOfZero(Store):
    """Who must not wait waits a while."""

    found_by = "T3-01"

    def session(self, **how: Any) -> Any:
        return super().session(**{**how, "timeout": max(1.5, how.get("timeout") or 0.0)})


class NeverWaits(Store):
    """Who may wait is refused at once."""

    found_by = "T3-02"

    def session(self, **how: Any) -> Any:
        return super().session(**{**how, "timeout": 0})


class LiesAboutACapability(Store):
    """A capability is declared that is not there."""

    found_by = "C-03"

    def __init__(self, healthy: Any) -> None:
        super().__init__(healthy)
        self.info = dataclasses.replace(self.info, capabilities=frozenset({Capability.RELAXED_DURABILITY}))


class HidesACapability(Store):
    """What is not declared is there: data that outlives its last handle."""

    found_by = "C-07"

    def close(self) -> None:
        """Keep everything."""


class Fault(NamedTuple):
    """What is wrong, which rule finds it, and the class that does it."""

    sentence: str
    rule_id: str
    kind: type[Any]


def _faults() -> dict[str, Fault]:
    kinds = [*vars(session_faults).values(), *globals().values()]
    found = {kind: None for kind in kinds if inspect.isclass(kind) and vars(kind).get("found_by")}
    return {_name(kind): Fault(inspect.cleandoc(kind.__doc__ or ""), kind.found_by, kind) for kind in found}


def _name(kind: type[Any]) -> str:
    return re.sub(r"(?<=.)(?=[A-Z])", "_", kind.__name__).lower()


FAULTS: dict[str, Fault] = _faults()
