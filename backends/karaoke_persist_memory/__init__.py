"""The `memory://` backend: dictionaries and real transactions, in this process, as long as it lives."""

from __future__ import annotations

from karaoke_persist.contract import CONTRACT_VERSION, StoreOptions, hookimpl
from karaoke_persist_memory.store import MemoryStore, open_memory_store

contract_version = CONTRACT_VERSION


@hookimpl
def karaoke_open_store(url: str, options: StoreOptions) -> MemoryStore:
    """`memory://` is private; `memory://name` is shared in the process until its last close."""
    return open_memory_store(url, options)
