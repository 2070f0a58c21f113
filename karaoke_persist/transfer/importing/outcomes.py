"""What an import tells: how many rows there were, what became of them and, down to the row, what was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

RowKind = Literal["repaired", "updated", "kept", "quarantined", "gone"]
Action = Literal["written", "filled", "updated", "unchanged", "present", "kept", "quarantined"]
"""What becomes of a row."""
ACTIONS: Final[tuple[Action, ...]] = (
    "written",
    "filled",
    "updated",
    "unchanged",
    "present",
    "kept",
    "quarantined",
)


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something to be said of one row."""

    table: str
    row: str
    """Its key in the source."""
    kind: RowKind
    field: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class TableOutcome:
    """What became of the rows of one table."""

    table: str
    read: int = 0
    written: int = 0
    """Rows that became something new."""
    filled: int = 0
    """Rows of songs that were here already and lacked something."""
    updated: int = 0
    """Rows that had changed in the source since they were imported, and were not touched here."""
    unchanged: int = 0
    """Rows that were imported before, and are as they were."""
    present: int = 0
    """Rows of what was here already, and lacked nothing."""
    kept: int = 0
    """Rows that had changed in the source, while what came of them was changed or deleted here: that stays."""
    quarantined: int = 0
    """Rows that could not be imported."""
    repaired: int = 0
    """Of all of these, rows with a value that could not be taken over as it was."""
    gone: int = 0
    """Rows that a catalogue had before and has no more. What came of them stays."""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """The report of an import."""

    format: str
    source: str
    """The name under which the source is known from now on."""
    dry_run: bool
    tables: tuple[TableOutcome, ...]
    notes: tuple[RowNote, ...]
    """Every repair, update, conflict and quarantined row, table by table."""
    unread: dict[str, int]
    """Tables that are not imported, with the number of their rows."""
    quarantine: Path | None = None
    """The file with the quarantined rows, if there are any."""

    def total(self, what: Action | Literal["read", "repaired", "gone"]) -> int:
        """How many rows of all tables that is true of."""
        return sum(getattr(table, what) for table in self.tables)


class Tally:
    """Counts along."""

    def __init__(self) -> None:
        self.notes: list[RowNote] = []
        self._counts: dict[str, Counter[str]] = {}

    def begin(self, table: str) -> None:
        """Tell of a table, though it may have no rows."""
        self._counts.setdefault(table, Counter())

    def count(self, table: str, what: str, number: int = 1) -> None:
        """Count some rows."""
        self._counts[table][what] += number

    def add(self, table: str, action: Action, notes: Iterable[RowNote]) -> None:
        """Count a row that was looked at, with what is to be said of it."""
        said = list(notes)
        self._counts[table].update([action, *{"repaired" for note in said if note.kind == "repaired"}])
        self.notes += said

    def tables(self) -> tuple[TableOutcome, ...]:
        """What was counted."""
        return tuple(TableOutcome(table, **counts) for table, counts in self._counts.items())
