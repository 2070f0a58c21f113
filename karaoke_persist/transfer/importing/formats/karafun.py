"""KaraFun's catalogue as CSV. It appears again and again: a later one updates what an earlier one has brought."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from karaoke_persist.contract.importing import Conversion, Draft, ImportSettings, OpenedSource, Raw, SourceTable
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Song
from karaoke_persist.transfer.importing.source.columns import Columns
from karaoke_persist.transfer.importing.source.names import UNKNOWN_ARTIST

HEADER: Final = ("Id", "Title", "Artist", "Year", "Duo", "Explicit", "Date Added", "Styles", "Languages")
SOURCE: Final = "karafun"
_TOO_MANY: Final = "more columns"


@contextmanager
def opened(path: Path, settings: ImportSettings) -> Iterator[OpenedSource]:  # noqa: ARG001 - as every format has it
    """Open a copy of a catalogue."""
    total = sum(1 for _ in _rows(path))
    yield OpenedSource([SourceTable("catalogue", total, lambda: _rows(path), _song)])


def _rows(path: Path) -> Iterator[tuple[str, Raw]]:
    """Its rows by id, or where that is missing by line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter=";", restkey=_TOO_MANY)
        try:
            missing = [name for name in HEADER if name not in (reader.fieldnames or ())]
            if missing:
                problem = f"its first line lacks {', '.join(missing)}: it is no catalogue of KaraFun"
                raise InvalidValue("source", ";".join(reader.fieldnames or ()), problem)
            for row in reader:
                yield row["Id"] or f"line {reader.line_num}", row
        except UnicodeDecodeError:
            raise InvalidValue("source", path.name, "it is not UTF-8; save it as such") from None
        except csv.Error as error:
            raise InvalidValue("source", f"line {reader.line_num}", f"it cannot be read as CSV ({error})") from None


def _song(raw: Raw, conversion: Conversion) -> Draft:
    if raw.get(_TOO_MANY) or None in raw.values():
        raise InvalidValue("catalogue", raw.get("Id"), f"the line has not {len(HEADER)} columns")
    columns = Columns(raw, conversion)
    number, title = columns.integer("Id", least=1), columns.indexed("Title")
    if number is None or title is None:
        raise InvalidValue("catalogue", raw.get("Id"), "a song needs a number and a title")
    styles, languages = _listed(columns, "Styles"), _listed(columns, "Languages")
    tags = [*styles, *(["duet"] if columns.boolean("Duo") else [])]
    fields: dict[str, Any] = {
        "year": columns.integer("Year", least=1) if columns.has("Year") and raw["Year"] != "0" else None,
        "itunes_explicit": columns.boolean("Explicit"),
        "genre": ", ".join(styles) or None,
        "language": ", ".join(languages) or None,
        "date_added": columns.time("Date Added"),
    }
    return Song(
        id=f"karafun-{number}",
        title=title,
        artist=columns.indexed("Artist") or UNKNOWN_ARTIST,
        tags=tuple(dict.fromkeys(tags)),
        source=SOURCE,
        extra={SOURCE: {"id": number, **columns.aside}},
        **{name: value for name, value in fields.items() if value is not None},
    )


def _listed(columns: Columns, name: str) -> list[str]:
    return [part.strip() for part in (columns.text(name) or "").split(",") if part.strip()]
