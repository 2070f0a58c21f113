"""What a batch did."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Made anew at each attempt, so that a batch that is repeated counts once."""

    added: int = 0
    changed: set[str] = field(default_factory=set)
    moved: int = 0
    restored: int = 0
    stale: list[str] = field(default_factory=list)
    claimed: dict[str, str] = field(default_factory=dict)
    """The names of folders that are ids now, and whose."""
    unsettled: bool = False
    """Whether something was left that the next sync should try again."""

    def add(self, other: Tally) -> None:
        """Count what another batch did."""
        self.added += other.added
        self.changed |= other.changed
        self.moved += other.moved
        self.restored += other.restored
        self.stale += other.stale
        self.claimed.update(other.claimed)
        self.unsettled |= other.unsettled
