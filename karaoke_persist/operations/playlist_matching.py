"""Which songs of the library the tracks of a file are.

A track is a song by its id, else by the path of a file, else by artist and title without regard to case and accents.
What several songs match equally well is none of them: the file is told of, not guessed about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from unicodedata import normalize

from karaoke_persist.contract import In, Query
from karaoke_persist.contract.checks import check_key
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Song, SongRedirect, key_fold
from karaoke_persist.operations.playlist_answers import MatchedBy, TrackMatch
from karaoke_persist.playlist_formats import Track
from karaoke_persist.session import Session

_CHUNK: Final = 2_000
_BETWEEN: Final = " - "
_Key = tuple[str, ...]
"""A path, or a folded artist and title."""


def matched(session: Session, tracks: Sequence[Track], folder: str = "") -> list[TrackMatch]:
    """What each track is. The library is read once, and only if an id does not say it already."""
    known = _known_ids(session, {track.song_id for track in tracks if track.song_id is not None})
    others = [track for track in tracks if track.song_id not in known]
    names = {track: (_paths(track, folder), _titles(track)) for track in others}
    holding = _holding(session, {name for pair in names.values() for name in (*pair[0], *pair[1])})
    return [
        _by_names(track, *names[track], holding) if track in names else _match(track, [known[track.song_id]], "id")
        for track in tracks
    ]


def _by_names(
    track: Track, paths: Sequence[_Key], titles: Sequence[_Key], holding: dict[_Key, dict[str, None]]
) -> TrackMatch:
    for path in paths:  # the longest first
        if path in holding:
            return _match(track, holding[path], "path")
    return _match(track, dict.fromkeys(song for name in titles for song in holding.get(name, ())), "artist and title")


def _match(track: Track, songs: Iterable[str], by: MatchedBy) -> TrackMatch:
    shown = _BETWEEN.join(part for part in (track.artist, track.title) if part) or track.path or track.song_id or ""
    match list(songs):
        case [song_id]:
            return TrackMatch(track.line, shown, song_id, by)
        case several:
            return TrackMatch(track.line, shown, candidates=tuple(several))


def _known_ids(session: Session, wanted: set[str]) -> dict[str | None, str]:
    """The songs that ids name, also those of songs that have become one with another."""
    ids = sorted(filter(_is_id, wanted))
    found: dict[str | None, str] = {row[0]: row[0] for row in session.rows(Query(Song, In("id", ids)), ("id",))}
    merged = Query(SongRedirect, In("id", [song_id for song_id in ids if song_id not in found]))
    return found | dict(session.rows(merged, ("id", "song_id")))


def _is_id(text: str) -> bool:
    try:
        check_key(Song, text)
    except InvalidValue:
        return False
    return True


def _paths(track: Track, folder: str) -> list[_Key]:
    """The media paths that the path of a track may be: itself, or what is left of it in a folder of the library.

    A bare file name in some folder is none: files of that name are everywhere.
    """
    if track.path is None:
        return []
    path = _plain_path(track.path)
    base = f"{_plain_path(folder).rstrip('/')}/" if folder else ""
    if base and path.startswith(base):
        return [(path.removeprefix(base),)]
    parts = path.split("/")
    return [(path,), *(("/".join(parts[start:]),) for start in range(1, len(parts) - 1))]


def _plain_path(path: str) -> str:
    """One spelling of a path, whichever system wrote it."""
    return normalize("NFC", path.replace("\\", "/")).removeprefix("./")


def _titles(track: Track) -> list[_Key]:
    """Artist and title, folded, at each place where a file may have meant to separate them; as it has them first."""
    if not track.artist or not track.title:
        return []
    parts = f"{track.artist}{_BETWEEN}{track.title}".split(_BETWEEN)
    pairs = [(_BETWEEN.join(parts[:place]), _BETWEEN.join(parts[place:])) for place in range(1, len(parts))]
    return [(key_fold(artist), key_fold(title)) for artist, title in [(track.artist, track.title), *pairs]]


def _holding(session: Session, wanted: set[_Key]) -> dict[_Key, dict[str, None]]:
    """The songs that go by each of these names, from one walk through the library."""
    found: dict[_Key, dict[str, None]] = defaultdict(dict)
    for song_id, title, artist, media in _songs(session) if wanted else ():
        for name in [(key_fold(artist), key_fold(title)), *((_plain_path(path),) for path in media.values())]:
            if name in wanted:
                found[name][song_id] = None
    return dict(found)


def _songs(session: Session) -> Iterator[tuple[Any, ...]]:
    after = None
    while True:
        rows = session.rows(Query(Song, limit=_CHUNK, after=after), ("id", "title", "artist", "media"))
        yield from rows
        if len(rows) < _CHUNK:
            return
        after = (rows[-1][0],)
