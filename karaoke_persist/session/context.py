"""What goes into a session beside its backend, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from karaoke_persist.contract import Change
from karaoke_persist.contract.policies import POLICIES
from karaoke_persist.contract.rotation import RotationPolicies
from karaoke_persist.models import Record


@dataclass(frozen=True, slots=True)
class SessionContext:
    """What a session needs to know beside its backend."""

    backend: str
    """The URL scheme, for messages."""
    models: tuple[type[Record], ...]
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    policies: RotationPolicies = field(default_factory=lambda: POLICIES)
    """The rotation policies by name: the built-in ones, and those of plugins."""


class SnapshotNeeded(Exception):
    """One read was not enough: run the call again, in a session that sees one moment."""


@dataclass(slots=True)
class Outcome:
    """What a session leaves behind: the changes to tell, and what to call once they are durable."""

    changes: list[Change] = field(default_factory=list)
    callbacks: list[Callable[[], object]] = field(default_factory=list)
