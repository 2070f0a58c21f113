"""What was brought in from elsewhere: the sources, and which of their rows became what."""

from __future__ import annotations

from typing import ClassVar

from karaoke_persist.models.fields import Id, JsonObject, Text, Time
from karaoke_persist.models.integrity import Integrity, Reference
from karaoke_persist.models.record import Record


class ImportSource(Record):
    """A database or catalogue that songs were imported from."""

    integrity: ClassVar[Integrity] = Integrity(collection="import_sources", stamped="first_at")

    id: Id
    """The name by which a later import of the same source knows it again."""
    format: Text
    path: Text
    """Where it was at the first import."""
    first_at: Time | None = None


class ImportedRow(Record):
    """A row of a source that was imported. It stays when what came of it is changed or deleted here."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="imported_rows",
        references=(Reference("source_id", "import_sources", "cascade"),),
        stamped="imported_at",
    )

    id: Id
    """Made from source, table and row, so that it is found by them."""
    source_id: Id
    table_name: Text
    row_key: Text
    row_hash: Text
    """Of what the row held, and of the settings it was read with."""
    kind: Text
    """What it became: the name of a model."""
    target: Text
    """And which one. No reference: it may be gone."""
    fields: JsonObject
    """A digest of what was written to each field, which tells what was changed here since."""
    imported_at: Time | None = None
