"""What a store says of itself."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal

from karaoke_persist.errors.configuration import Standing

CONTRACT_VERSION = "1.0"
"""`major.minor`: a backend works with the same major and any minor up to this one."""

Durability = Literal["memory", "full", "relaxed"]


class Capability(enum.Enum):
    """Something that not every backend can do. What is declared is tested to work, what is not to be refused."""

    PERSISTENT = "persistent"
    """Data is there again when the store is opened again."""
    MULTI_PROCESS = "multi_process"
    """Several processes may have the store open at once."""
    RELAXED_DURABILITY = "relaxed_durability"
    """`durability="relaxed"`: a power cut may lose the last commits, never the consistency."""


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """The facts of an opened store."""

    scheme: str
    version: str
    contract_version: str
    capabilities: frozenset[Capability]
    durability: Durability


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where the database's schema stands: its revision, the one this software needs, and how they compare."""

    state: Standing
    found: str | None
    expected: str
    old_rules: int | None = None
    """The version of the rules of search that the index of a current store is still by; None if by the newest.

    Everything works by older ones until a migration makes the index anew.
    """
