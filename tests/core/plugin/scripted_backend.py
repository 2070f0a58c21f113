"""A backend that fails when it is told to: memory, with errors from a script."""

from __future__ import annotations

from typing import Any

from karaoke_persist.contract import CONTRACT_VERSION, StoreOptions, hookimpl
from karaoke_persist_memory.store import open_memory_store

contract_version = CONTRACT_VERSION

SCRIPT: dict[str, list[BaseException]] = {}
"""The errors that calls of sessions, and `session` itself, raise by name, one after the other."""
CALLS: list[str] = []
"""The calls that were made."""


def play(call: str) -> None:
    """Raise the next error that the script has for a call."""
    CALLS.append(call)
    if SCRIPT.get(call):
        raise SCRIPT[call].pop(0)


class Scripted:
    """An object whose calls may fail."""

    def __init__(self, healthy: Any) -> None:
        self._healthy = healthy

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._healthy, name)
        if not callable(attribute):
            return attribute

        def call(*args: Any, **kwargs: Any) -> Any:
            if name == "commit" and SCRIPT.get(name):
                self._healthy.rollback()
            play(name)
            answer = attribute(*args, **kwargs)
            return Scripted(answer) if name == "session" else answer

        return call


@hookimpl
def karaoke_open_store(url: str, options: StoreOptions) -> Any:
    """Open a memory store that follows the script."""
    return Scripted(open_memory_store("memory://", options))
