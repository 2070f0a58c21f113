"""What a report says, for tests."""

from __future__ import annotations

from karaoke_persist import ImportOutcome


def reasons(outcome: ImportOutcome, kind: str) -> list[tuple[str, str, str]]:
    """Table, row and reason of every note of a kind."""
    return [(note.table, note.row, note.reason) for note in outcome.notes if note.kind == kind]
