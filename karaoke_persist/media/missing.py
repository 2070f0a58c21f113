"""What has been missing for long is deleted, when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, Final

from karaoke_persist.contract import Aggregate, And, Compare, Eq, In, IsNull, Not, Or, Query
from karaoke_persist.errors import IllegalState, InvalidValue
from karaoke_persist.media.applying import Runner
from karaoke_persist.models import PLAYABLE, MediaFile, MediaRoot, Song
from karaoke_persist.models.json_values import freeze_object
from karaoke_persist.progress import Meter

DAYS: Final = 30
SCANS: Final = 2
_BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What a purge did."""

    songs: int = 0
    """Songs that were deleted, with what hangs on them."""
    files: int = 0
    """Files that are no longer known."""
    kept: tuple[str, ...] = ()
    """Songs that play at this moment; the next purge takes them."""


def purge(
    library: Runner, roots: Sequence[str], days: int, progress: Callable[[int, int], object] | None = None
) -> PurgeReport:
    """Delete what has been missing for so many days, and at the last two scans that reached its root."""
    if isinstance(days, bool) or not isinstance(days, int) or days < 0:
        raise InvalidValue("days", days, "a whole number of days, 0 or more, is expected")
    songs = files = 0
    kept: list[str] = []
    meter = Meter(progress, library.run(partial(_number_due, roots=roots, days=days), read_only=True))
    for root in roots:
        due = partial(_due, root=root, days=days, kept=kept)
        while batch := library.run(due, read_only=True):
            deleted, forgotten, playing = library.run(partial(_delete, keys=batch, days=days))
            songs, files = songs + deleted, files + forgotten
            kept += playing
            meter.step(len(batch))
    return PurgeReport(songs, files, tuple(kept))


def _number_due(tx: Any, *, roots: Sequence[str], days: int) -> int:
    session = tx.songs.session
    where = And(In("root", roots), *_long_gone(session.context.clock(), days))
    [(number,)] = session.aggregate(Aggregate(MediaFile, where))
    return int(number)


def _due(tx: Any, *, root: str, days: int, kept: Sequence[str]) -> list[str]:
    session = tx.songs.session
    others = Or(IsNull("song_id"), Not(In("song_id", kept)))
    where = And(Eq("root", root), others, *_long_gone(session.context.clock(), days))
    return [key for (key,) in session.rows(Query(MediaFile, where, limit=_BATCH), ("id",))]


def _long_gone(now: datetime, days: int) -> tuple[Compare, Compare]:
    return Compare("missing_since", "<=", now - timedelta(days=days)), Compare("missed_scans", ">=", SCANS)


def _delete(tx: Any, *, keys: Sequence[str], days: int) -> tuple[int, int, list[str]]:
    session = tx.songs.session
    where = And(In("id", keys), *_long_gone(session.context.clock(), days))
    rows = sorted(session.find(Query(MediaFile, where)), key=lambda row: row.song_id or "")
    songs, forgotten, playing = 0, 0, list[str]()
    for root in {row.root for row in rows}:
        session.patch_where(Query(MediaRoot, Eq("id", root)), {"digest": None})
    for song_id, group in groupby(rows, key=lambda row: row.song_id):
        own = list(group)
        song = session.get(Song, song_id) if song_id is not None else None
        if song is not None and not _is_gone(session, song, days):
            _let_go(session, song, [row.path for row in own])
        elif song is not None:
            own = session.find(Query(MediaFile, Eq("song_id", song.id)))
            try:
                songs += tx.songs.delete_song(song.id)
            except IllegalState:
                playing.append(song.id)
                continue
        forgotten += session.delete_where(Query(MediaFile, In("id", [row.id for row in own])))
    return songs, forgotten, playing


def _is_gone(session: Any, song: Song, days: int) -> bool:
    """Whether all that could be played of a song is long gone, in whichever root."""
    if song.missing_since is None:
        return False
    files = session.find(Query(MediaFile, Eq("song_id", song.id)))
    until = session.context.clock() - timedelta(days=days)
    return all(
        file.missing_since is not None and file.missing_since <= until and file.missed_scans >= SCANS
        for file in files
        if file.kind in PLAYABLE
    )


def _let_go(session: Any, song: Song, gone: Sequence[str]) -> None:
    """The song goes on; the paths of the files that are gone do not."""
    media = {kind: path for kind, path in song.media.items() if path not in gone}
    if len(media) < len(song.media):
        session.patch(Song, song.id, {"media": freeze_object(media)})
