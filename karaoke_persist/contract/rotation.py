"""What a rotation policy is: a pure function from the state of a queue to an order with reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class RotationEntry:
    """An entry of a queue, as far as rotation is concerned."""

    id: str
    singers: tuple[str, ...]
    """Everybody who sings it, as `karaoke_persist.models.singer` has them."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """All that a policy knows."""

    entries: tuple[RotationEntry, ...]
    """The entries to be put in order, in the stored order; neither held, locked nor pinned."""
    turns: tuple[tuple[str, ...], ...] = ()
    """Who has sung tonight: the singers of each completed performance in order, then those on stage. A skip is none."""
    playing: RotationEntry | None = None
    """What is on stage; its singers are the last of `turns`."""
    locked: RotationEntry | None = None
    """What was announced as the next, and comes before all others."""


class Placed(NamedTuple):
    """An entry in its place, and why it is there: a short sentence for people."""

    id: str
    reason: str


RotationPolicy = Callable[[Rotation], Sequence[Placed]]
"""Gives every entry of a rotation once, in the order in which they are to be sung."""

RotationPolicies = Mapping[str, RotationPolicy]
"""Policies by the names under which rooms choose them."""
