"""The ledger: which rows of which sources were imported, and what was written then."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from typing import Any, Final

from karaoke_persist.contract import Eq, OpenedSource, Query
from karaoke_persist.contract.importing import ImportSettings, Raw, digest
from karaoke_persist.models import ImportedRow, ImportSource, Record
from karaoke_persist.session import Session

Known = Mapping[str, ImportedRow]
"""Rows that were imported, by the id of their entry."""

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
    """Of what a row holds alone."""
    text = json.dumps(raw, sort_keys=True, default=bytes.hex)
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


def known_again(session: Session, form: str, path: str, opened: OpenedSource) -> str | None:
    """The source of the same format that the first rows are of: most of them are in the ledger as they are.

    Of an import that was broken off, the ledger has but a few: those of a file in the same place count alone.
    """
    best, most = None, 0
    sources = [source for source in session.find(Query(ImportSource)) if source.format == form]
    sample = _sample(opened) if sources else []
    for source in sources:
        known, agreeing = _agreeing(session, source.id, sample)
        enough = known if source.path == path else len(sample)
        if agreeing > most and agreeing >= enough / 2:
            best, most = source.id, agreeing
    return best


def is_taken(session: Session, name: str) -> bool:
    """Whether a source has this name."""
    return session.get(ImportSource, name) is not None


def gone_rows(session: Session, source: str, listed: set[str]) -> list[tuple[str, str, str]]:
    """Table, row and target of what was imported from a catalogue and is not listed now."""
    stream = session.stream(Query(ImportedRow, Eq("source_id", source)), _AT_ONCE)
    return [(row.table_name, row.row_key, row.target) for batch in stream for row in batch if row.id not in listed]


def _sample(opened: OpenedSource) -> list[tuple[str, str, str]]:
    return [
        (table.name, key, content_hash(raw)) for table in opened.tables for key, raw in islice(table.rows(), SAMPLE)
    ]


def _agreeing(session: Session, source: str, sample: Sequence[tuple[str, str, str]]) -> tuple[int, int]:
    """How many rows of a sample a source had too, and how many of them are as they were."""
    hashes = {entry_id(source, table, key): content for table, key, content in sample}
    known = entries(session, hashes)
    return len(known), sum(same_content(row.row_hash, hashes[key]) for key, row in known.items())
