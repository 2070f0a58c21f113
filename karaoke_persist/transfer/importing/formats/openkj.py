"""Databases of OpenKJ: songs, what its singers have in the rotation, and what they sang last and how often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Any, Final

from karaoke_persist.contract.importing import (
    Conversion,
    Draft,
    ImportSettings,
    NewEntry,
    NewPlay,
    OpenedSource,
    Raw,
    SourceTable,
)
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Song
from karaoke_persist.transfer.importing.options import zone_named
from karaoke_persist.transfer.importing.source.columns import Columns
from karaoke_persist.transfer.importing.source.names import UNKNOWN_ARTIST, UNKNOWN_TITLE, media_kind, named
from karaoke_persist.transfer.importing.source.sqlite_files import SourceDatabase, source_database

ASIDE: Final = "openkj"
SOURCE: Final = "openkj"
ZONE: Final = "UTC"
_BAD: Final = ("!!bad!!", "!!dropped!!")
"""What it writes in place of a disc's id for a file that cannot be played, or that was taken out."""
# Each singer's next song, in the order of the rotation, then each one's second, and so on.
_QUEUE: Final = """
SELECT qsongid, song, keychg, name AS singer,
       ROW_NUMBER() OVER (PARTITION BY queueSongs.singer ORDER BY queueSongs.position, qsongid) AS round
FROM queueSongs JOIN rotationSingers ON rotationSingers.singerid = queueSongs.singer
WHERE played IS NOT 1 AND played IS NOT 'true'
ORDER BY round, rotationSingers.position, qsongid
"""
_WAITING_FOR_NOBODY: Final = """
SELECT COUNT(*) FROM queueSongs WHERE played IN (1, 'true') OR singer NOT IN (SELECT singerid FROM rotationSingers)
"""
_HISTORY: Final = """
SELECT historySongs.id, historySongs.artist, historySongs.title, filepath, keychange, historySongs.plays,
       historySongs.lastplay, name AS singer, dbSongs.songid
FROM historySongs
LEFT JOIN historySingers ON historySingers.id = historySongs.historySinger
LEFT JOIN dbSongs ON dbSongs.path = historySongs.filepath
ORDER BY historySongs.lastplay, historySongs.id
"""


@contextmanager
def opened(path: Path, settings: ImportSettings) -> Iterator[OpenedSource]:
    """Open a copy of its database."""
    with source_database(path) as database:
        database.require("dbsongs", "songid", "artist", "title", "path")
        tables = list(_tables(database, settings, zone_named(settings.zone or ZONE)))
        read = {"dbsongs", "sourcedirs", "rotationsingers", "historysingers", *(table.name.lower() for table in tables)}
        yield OpenedSource(tables, {**database.unread(read), **_left(database, tables)})


def _tables(database: SourceDatabase, settings: ImportSettings, zone: tzinfo) -> Iterator[SourceTable]:
    roots = [settings.old_root] if settings.old_root else [str(row["path"]) for row in database.rows("sourcedirs")]
    convert = partial(_song, sorted(roots, key=len, reverse=True), zone)
    yield database.source_table("dbsongs", convert, key="songid")
    if database.columns("queuesongs") and database.columns("rotationsingers"):
        yield database.selected_table("queueSongs", _QUEUE, "qsongid", _entry)
    if "keychange" in database.columns("historysongs") and database.columns("historysingers"):
        yield database.selected_table("historySongs", _HISTORY, "id", partial(_play, zone))


def _left(database: SourceDatabase, tables: Sequence[SourceTable]) -> dict[str, int]:
    """Queued songs that are played, or whose singer has left the rotation."""
    if all(table.name != "queueSongs" for table in tables):
        return {}
    ((count,),) = database.select(_WAITING_FOR_NOBODY)
    return {"queueSongs (played, or of nobody)": count} if count else {}


def _song(roots: list[str], zone: tzinfo, raw: Raw, conversion: Conversion) -> Draft:
    columns = Columns(raw, conversion)
    file = columns.text("path") or ""
    path = columns.path("path", root=next((root for root in roots if file.startswith(root)), None))
    artist, title = named(file)
    hidden = str(raw.get("discid") or "").lower() in _BAD
    if hidden:
        conversion.repaired("discid", "it is marked as bad, and hidden")
    columns.raw("searchstring")
    last = columns.time("lastplay", zone)
    aside = {**columns.rest(), **columns.aside, **({} if last is None else {"lastplay": last.isoformat()})}
    aside = {name: value for name, value in aside.items() if name not in ("songid", "artist", "title", "duration")}
    return Song(
        id=conversion.id_of("dbsongs", raw["songid"]),
        title=columns.indexed("title") or columns.fitting(title or "") or UNKNOWN_TITLE,
        artist=columns.indexed("artist") or columns.fitting(artist or "") or UNKNOWN_ARTIST,
        duration_ms=columns.milliseconds("duration") or None,
        media={} if path is None else {media_kind(path): path},
        hidden=hidden,
        source=SOURCE,
        extra={ASIDE: {**aside, **columns.aside}},
    )


def _entry(raw: Raw, conversion: Conversion) -> Draft:
    columns = Columns(raw, conversion)
    singer = columns.indexed("singer")
    if singer is None:
        raise InvalidValue("queueSongs", raw["qsongid"], "its singer has no name")
    song_id = conversion.id_of("dbsongs", raw["song"])
    return NewEntry(song_id=song_id, singers=((singer, None),), key_shift=columns.integer("keychg") or 0)


def _play(zone: tzinfo, raw: Raw, conversion: Conversion) -> Draft:
    """Only the last time has a date."""
    columns = Columns(raw, conversion)
    singer, last = columns.indexed("singer"), columns.time("lastplay", zone)
    if singer is None or last is None:
        raise InvalidValue("historySongs", raw["id"], "who sang it, or when, is not said")
    plays: Any = columns.integer("plays") or 1
    if plays > 1:
        conversion.repaired("plays", f"it was sung {plays} times, of which only the last has a date")
    return NewPlay(
        night=last.date().isoformat(),
        song_id=conversion.id_of("dbsongs", raw["songid"]),
        singers=(singer,),
        started_at=last,
        completed=True,
        key_shift=columns.integer("keychange") or 0,
        title=columns.indexed("title") or named(columns.text("filepath") or "")[1],
        artist=columns.indexed("artist"),
    )
