"""What all kinds share: a row on its way in, and what is decided about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from karaoke_persist.contract import In, Query
from karaoke_persist.contract.importing import Conversion, Draft, Raw
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import ImportedRow, Record, Song
from karaoke_persist.operations.redirects import merged
from karaoke_persist.session import Session
from karaoke_persist.transfer.importing.ledger import changes_between, digests_of, entry_id, same_content
from karaoke_persist.transfer.importing.outcomes import Action, RowKind, RowNote


@dataclass(frozen=True, slots=True)
class Item:
    """A row that is new, or has changed in the source since it was imported."""

    table: str
    row: str
    raw: Raw
    hash: str
    draft: Draft
    conversion: Conversion
    entry: ImportedRow | None = None
    """What the ledger has of it."""

    @property
    def entry_id(self) -> str:
        """The id of its entry in the ledger."""
        return entry_id(self.conversion.source, self.table, self.row)

    def note(self, kind: RowKind, reason: str, name: str | None = None) -> RowNote:
        """Something to be said of the row."""
        return RowNote(self.table, self.row, kind, name, reason)


@dataclass(slots=True)
class Decision:
    """What is to be done with a row."""

    item: Item
    action: Action
    kind: str = ""
    """The name of the model that it becomes."""
    target: str = ""
    inserts: list[Record] = field(default_factory=list)
    patches: list[tuple[type[Record], str, dict[str, Any]]] = field(default_factory=list)
    plays: list[tuple[str, datetime]] = field(default_factory=list)
    """Songs that were sung to the end, with the time."""
    fields: dict[str, str] = field(default_factory=dict)
    notes: list[RowNote] = field(default_factory=list)

    def entry(self) -> ImportedRow:
        """What the ledger is to have of it."""
        item = self.item
        return ImportedRow(
            id=item.entry_id,
            source_id=item.conversion.source,
            table_name=item.table,
            row_key=item.row,
            row_hash=item.hash,
            kind=self.kind,
            target=self.target,
            fields=self.fields,
        )


@dataclass(slots=True)
class Planned:
    """What is decided and not stored yet: of this batch or, in a dry run, of all before."""

    songs: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)


class Kind(Protocol):
    """Decides about the drafts of one kind. It only reads."""

    def __call__(self, session: Session, items: list[Item], planned: Planned) -> list[Decision]:
        """One decision for each item, in order."""
        ...


def refused(item: Item, reason: str) -> Decision:
    """The row cannot be imported."""
    return Decision(item, "quarantined", notes=[item.note("quarantined", reason)])


def stays(item: Item, reason: str) -> Decision:
    """The row has changed in the source, unless only the settings did, and what came of it stays as it is."""
    entry = item.entry
    assert entry is not None, "only what was imported before can stay"
    same = same_content(entry.row_hash, item.hash)
    notes = [] if same else [item.note("kept", reason)]
    action: Action = "unchanged" if same else "kept"
    return Decision(item, action, entry.kind, entry.target, fields=dict(entry.fields), notes=notes)


def is_here(item: Item, record: Record, reason: str | None = None) -> Decision:
    """What the row says is here already, and lacks nothing."""
    notes = [] if reason is None else [item.note("kept", reason)]
    kind, fields = type(record).__name__, digests_of(record)
    return Decision(item, "present", kind, record.key, fields=fields, notes=notes)


def new(item: Item, *records: Record) -> Decision:
    """The row becomes these, the first of them being what it is known by."""
    first = records[0]
    fields = {name: value for record in records for name, value in digests_of(record).items()}
    return Decision(item, "written", type(first).__name__, first.key, inserts=list(records), fields=fields)


def changed(item: Item, record: Record, current: Record | None) -> Decision:
    """The row has changed in the source: what is as it was written then changes too."""
    entry = item.entry
    assert entry is not None, "only what was imported before can change"
    if current is None:
        return stays(item, "it was deleted here since, and stays so")
    changes, kept = changes_between(record, current, entry.fields)
    notes = [item.note("kept", "it was changed here since, and stays so", name) for name in kept]
    notes += [item.note("updated", "it changed in the source", name) for name in changes]
    action: Action = "updated" if changes else "kept" if kept else "unchanged"
    patches = [(type(current), current.key, changes)] if changes else []
    return Decision(item, action, entry.kind, entry.target, patches=patches, fields=digests_of(record), notes=notes)


def known_songs(session: Session, song_ids: Iterable[str], planned: Planned) -> dict[str, str]:
    """Which of these songs there are or will be, by the ids that were asked for; for a merged one the kept one."""
    asked = list(dict.fromkeys(filter(_is_id, song_ids)))
    there = {key: key for (key,) in session.rows(Query(Song, In("id", asked)), ("id",))}
    rest = [song_id for song_id in asked if song_id not in there]
    return {**{key: key for key in rest if key in planned.songs}, **merged(session, rest), **there}


def each(items: Iterable[Item], decide: Callable[[Item], Decision]) -> list[Decision]:
    """Decide one by one; what raises `InvalidValue` is refused for that reason."""

    def deciding(item: Item) -> Decision:
        try:
            return decide(item)
        except InvalidValue as error:
            return refused(item, str(error))

    return [deciding(item) for item in items]


def _is_id(song_id: str) -> bool:
    return bool(song_id.strip()) and "\0" not in song_id
