"""A file is one song's at a time; songs follow what becomes of their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from karaoke_persist.contract import In, Query
from karaoke_persist.models import PLAYABLE, MediaFile, Song
from karaoke_persist.models.json_values import freeze_object
from karaoke_persist.session import Session

_NOTHING: Final[Mapping[str, Set[str]]] = MappingProxyType({})


class _Own(NamedTuple):
    """The files of a song."""

    there: dict[str, str]
    """By kind, the first path."""
    lost: dict[str, str]
    """The kind, by path."""


def store_files(session: Session, rows: Sequence[MediaFile], before: Mapping[str, MediaFile]) -> set[str]:
    """Store the rows of files, where some stood before; a song whose file is no longer its own lets go of it.

    Gives the songs that changed by that.
    """
    session.insert(*(row for row in rows if row.id not in before))
    session.upsert([row for row in rows if row.id in before])
    taken: dict[str, set[str]] = {}
    for row in rows:
        former = before[row.id].song_id if row.id in before else None
        if former is not None and former != row.song_id:
            taken.setdefault(former, set()).add(row.path)
    return look_after(session, sorted(taken), taken)


def look_after(session: Session, song_ids: Sequence[str], taken: Mapping[str, Set[str]] = _NOTHING) -> set[str]:
    """A song with nothing left to play is missing; another of its files of the same kind takes a lost one's place.

    What was taken is no longer the song's. Gives those that changed.
    """
    changed = set[str]()
    files = _files_of(session, song_ids)
    for song in session.get_many(Song, song_ids).values():
        gone = taken.get(song.id, frozenset())
        since = song.missing_since or session.context.clock() if _is_missing(song, files[song.id], gone) else None
        left = freeze_object(_left(song, files[song.id], gone))
        if changes := song.differing({"media": left, "missing_since": since}):
            session.patch(Song, song.id, changes)
            changed.add(song.id)
    return changed


def _files_of(session: Session, song_ids: Sequence[str]) -> dict[str, _Own]:
    files = {song_id: _Own({}, {}) for song_id in song_ids}
    rows = session.rows(Query(MediaFile, In("song_id", song_ids)), ("song_id", "kind", "path", "missing_since"))
    for song_id, kind, path, since in rows:
        if since is None:
            files[song_id].there.setdefault(kind, path)
        else:
            files[song_id].lost[path] = kind
    return files


def _is_missing(song: Song, own: _Own, taken: Set[str]) -> bool:
    if own.there.keys() & set(PLAYABLE):
        return False
    if song.missing_since is not None and not song.media.keys() & set(PLAYABLE):
        return True  # all that it could play is another's
    return any(path in own.lost or path in taken for path in song.media.values())


def _left(song: Song, own: _Own, taken: Set[str]) -> dict[str, Any]:
    """The paths a song keeps; one that is lost is kept too, so that it is known when it is there again."""
    lost = {kind: path for path, kind in own.lost.items()}
    left: dict[str, Any] = {}
    for kind, path in song.media.items():
        if path in taken:
            kept = own.there.get(kind, lost.get(kind))
        else:
            kept = own.there.get(kind, path) if path in own.lost else path
        if kept is not None:
            left[kind] = kept
    return left
