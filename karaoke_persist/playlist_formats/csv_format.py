"""CSV by RFC 4180, with a line of names first.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, which is taken away again on the way
back.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from karaoke_persist.playlist_formats.track import PlaylistFile, Track, broken

COLUMNS: Final = ("title", "artist", "album", "duration_ms", "path", "song_id")
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_QUOTED_FORMULA: Final = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_FINDABLE: Final = "a column `song_id` or `path`, or both `title` and `artist`"


def write(file: PlaylistFile) -> str:
    """The text of a file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for track in file.tracks:
        writer.writerow([harmless(getattr(track, column)) for column in COLUMNS])
    return out.getvalue()


def read(text: str) -> PlaylistFile:
    """What a file says. Columns of other names are left aside."""
    rows = _rows(text)
    number, header = next(rows, (1, []))
    columns = [cell.strip().casefold() for cell in header]
    if not ({"song_id", "path"} & set(columns) or {"title", "artist"} <= set(columns)):
        raise broken("CSV", number, ",".join(header), f"the first line names the columns, with commas: {_FINDABLE}")
    twice = [column for column in COLUMNS if columns.count(column) > 1]
    if twice:
        raise broken("CSV", number, twice[0], "the column is there twice; keep one")
    return PlaylistFile(tracks=tuple(_track(number, columns, cells) for number, cells in rows))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line it begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise broken("CSV", line, _line(text, line), f"it is no row of CSV: {error}") from None
        if any(cells):
            yield line, cells


def _track(line: int, columns: list[str], cells: list[str]) -> Track:
    if len(cells) != len(columns):
        raise broken("CSV", line, ",".join(cells), f"{len(columns)} cells are expected, and {len(cells)} are there")
    said = {column: _meant(cell) or None for column, cell in zip(columns, cells, strict=True) if column in COLUMNS}
    length = said.pop("duration_ms", None)
    return Track(duration_ms=_length(line, length), line=line, **said)


def _length(line: int, cell: str | None) -> int | None:
    if cell is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,18}", cell.strip()):
        raise broken("CSV", line, cell, "duration_ms is a whole number of milliseconds, or empty")
    return int(cell)


def harmless(value: str | int | None) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _meant(cell: str) -> str:
    return cell[1:] if _QUOTED_FORMULA.match(cell) else cell


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1] if number <= len(lines) else ""
