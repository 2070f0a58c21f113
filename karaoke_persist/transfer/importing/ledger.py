"""The ledger: which rows of which sources were imported, and what was written then."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from typing import Any, Final, NamedTuple

from karaoke_persist.contract import Eq, OpenedSource, Query
from karaoke_persist.contract.importing import Conversion, ImportSettings, Raw, SourceTable, digest
from karaoke_persist.models import ImportedRow, ImportSource, Record, Song
from karaoke_persist.session import Session

Known = Mapping[str, ImportedRow]
"""Rows that were imported, by the id of their entry."""


class _Sampled(NamedTuple):
    """A row of a source that is to be known again."""

    table: SourceTable
    key: str
    raw: Raw


_Agrees = Callable[[_Sampled, ImportedRow], bool]

SAMPLE: Final = 40
"""Rows of each table by which a source is known again."""
_AT_ONCE: Final = 5_000


def entry_id(source: str, table: str, row_key: str) -> str:
    """The id of a row's entry in the ledger."""
    return digest(source, table, row_key)


def row_hash(raw: Raw, settings: ImportSettings) -> str:
    """Of what a row holds, and of the settings: other settings make something else of it."""
    said = f"{settings.zone}\n{settings.old_root}".encode()
    return f"{content_hash(raw)}:{blake2b(said, digest_size=4).hexdigest()}"


def content_hash(raw: Raw) -> str:
    """Of what a row holds alone: a column that came later, and is empty, makes it no other row."""
    said = {name: value for name, value in raw.items() if value is not None}
    text = json.dumps(said, sort_keys=True, default=bytes.hex)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def same_content(one: str, other: str) -> bool:
    """Whether two hashes differ by the settings at most."""
    return one.partition(":")[0] == other.partition(":")[0]


def field_digest(value: Any) -> str:
    """Of the stored value of one field."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=datetime.isoformat)
    return blake2b(text.encode(), digest_size=4).hexdigest()


def digests_of(record: Record) -> dict[str, str]:
    """Of every field that was given and says something."""
    values = {name: record.__dict__[name] for name in record.given}
    return {name: field_digest(value) for name, value in values.items() if value != _default(type(record), name)}


def entries(session: Session, ids: Iterable[str]) -> Known:
    """The entries with these ids."""
    return session.get_many(ImportedRow, ids)


def changes_between(record: Record, current: Record, fields: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """What changed in the source since `fields` were written.

    The changes are of fields that are as they were written then; the names are of those that were changed here.
    """
    new, changes, kept = digests_of(record), dict[str, Any](), list[str]()
    for name in sorted({*new, *(fields.keys() & type(record).model_fields.keys())}):
        default = _default(type(record), name)
        value = record.__dict__[name] if name in new else default
        before, here = fields.get(name, field_digest(default)), field_digest(current.__dict__[name])
        wanted = field_digest(value)
        if wanted in (before, here):
            continue
        if here == before:
            changes[name] = value
        else:
            kept.append(name)
    return changes, kept


def _default(model: type[Record], name: str) -> Any:
    info = model.model_fields[name]
    return None if info.is_required() else info.default


# sources


def known_again(session: Session, place: ImportSource, opened: OpenedSource, settings: ImportSettings) -> str | None:
    """The source of the same format that the first rows are of: most of them are in the ledger as they are.

    Of an import that was broken off, the ledger has but a few: those of a file in the same place count alone. There a
    source is known too by songs that say mostly the same, when its application has changed the rows of all of them.
    """
    sources = [source for source in session.find(Query(ImportSource)) if source.format == place.format]
    sample = _sample(opened) if sources else []
    found = _best(session, sources, sample, place.path, _is_as_it_was)
    here = [source for source in sources if source.path == place.path]
    if found is not None or not here:
        return found

    def says_the_same(row: _Sampled, entry: ImportedRow) -> bool:
        now = _said(row, Conversion(entry.source_id, settings))
        same: int = sum(now.get(name) == before for name, before in entry.fields.items())
        return 2 * same >= len(entry.fields)

    songs = [row for row in sample if _said(row, Conversion(place.id, settings))]
    return _best(session, here, songs, place.path, says_the_same)


def is_taken(session: Session, name: str) -> bool:
    """Whether a source has this name."""
    return session.get(ImportSource, name) is not None


def gone_rows(session: Session, source: str, listed: set[str]) -> list[tuple[str, str, str]]:
    """Table, row and target of what was imported from a catalogue and is not listed now."""
    stream = session.stream(Query(ImportedRow, Eq("source_id", source)), _AT_ONCE)
    return [(row.table_name, row.row_key, row.target) for batch in stream for row in batch if row.id not in listed]


def _sample(opened: OpenedSource) -> list[_Sampled]:
    return [_Sampled(table, key, raw) for table in opened.tables for key, raw in islice(table.rows(), SAMPLE)]


def _best(
    session: Session, sources: Iterable[ImportSource], sample: Sequence[_Sampled], path: str, agrees: _Agrees
) -> str | None:
    """The source with which most rows of a sample agree, if half of those do that should."""
    best, most = None, 0
    for source in sources:
        rows = {entry_id(source.id, row.table.name, row.key): row for row in sample}
        known = entries(session, rows)
        agreeing = sum(agrees(rows[key], entry) for key, entry in known.items())
        enough = len(known) if source.path == path else len(sample)
        if agreeing > most and agreeing >= enough / 2:
            best, most = source.id, agreeing
    return best


def _is_as_it_was(row: _Sampled, entry: ImportedRow) -> bool:
    return same_content(entry.row_hash, content_hash(row.raw))


def _said(row: _Sampled, conversion: Conversion) -> dict[str, str]:
    """What the row of a song says, by field; nothing for any other, and for one that cannot be imported."""
    try:
        draft = row.table.convert(row.raw, conversion)
    except Exception:  # whatever is wrong with it is told when it is imported
        return {}
    return digests_of(draft) if isinstance(draft, Song) else {}
