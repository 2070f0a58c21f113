"""Databases of Karaoke Eternal: songs with their media, users, stars, and the queues of its open rooms.

A song there may have several media; here each of them is a song, and they are versions of one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from karaoke_persist.contract.importing import (
    Conversion,
    Draft,
    ImportSettings,
    NewEntry,
    NewLike,
    NewUser,
    OpenedSource,
    Raw,
    SourceTable,
)
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import Song
from karaoke_persist.transfer.importing.source.columns import Columns
from karaoke_persist.transfer.importing.source.names import UNKNOWN_ARTIST, UNKNOWN_TITLE, media_kind, named
from karaoke_persist.transfer.importing.source.sqlite_files import SourceDatabase, source_database

ASIDE: Final = "karaoke-eternal"
SOURCE: Final = "karaoke-eternal"
_SONGS: Final = """
SELECT songs.songId, songs.title, artists.name AS artist, media.mediaId, media.relPath, media.duration,
       media.dateAdded, paths.path AS root,
       ROW_NUMBER() OVER (
           PARTITION BY songs.songId ORDER BY media.isPreferred DESC, paths.priority, media.mediaId
       ) AS place
FROM songs
LEFT JOIN artists ON artists.artistId = songs.artistId
LEFT JOIN media ON media.songId = songs.songId
LEFT JOIN paths ON paths.pathId = media.pathId
ORDER BY songs.songId, place
"""
_LIKED_ARTISTS: Final = """
SELECT artistStars.userId, artistStars.artistId, artists.name AS artist
FROM artistStars LEFT JOIN artists ON artists.artistId = artistStars.artistId
ORDER BY artistStars.userId, artistStars.artistId
"""
_READ: Final = ("artists", "songs", "media", "paths", "users", "roles", "artiststars", "songstars", "queue", "rooms")


@contextmanager
def opened(path: Path, settings: ImportSettings) -> Iterator[OpenedSource]:  # noqa: ARG001 - as every format has it
    """Open a copy of its database."""
    with source_database(path) as database:
        database.require("songs", "songid", "artistid", "title")
        database.require("artists", "artistid", "name")
        database.require("media", "mediaid", "songid", "relpath", "ispreferred")
        yield OpenedSource(list(_tables(database)), database.unread(_READ))


def _tables(database: SourceDatabase) -> Iterator[SourceTable]:
    songs = database.select_rows(_SONGS)
    yield SourceTable("songs", len(songs), lambda: _keyed(songs, "songid", "mediaid"), _song, distinct=True)
    admins = _roles(database, "admin")
    guests = _roles(database, "guest")
    yield database.source_table("users", lambda raw, conversion: _user(raw, conversion, admins, guests), key="userid")
    if database.columns("songstars"):
        stars = database.select_rows("SELECT userId, songId FROM songStars ORDER BY userId, songId")
        yield SourceTable("songStars", len(stars), lambda: _keyed(stars, "userid", "songid"), _liked_song)
    if database.columns("artiststars"):
        liked = database.select_rows(_LIKED_ARTISTS)
        yield SourceTable("artistStars", len(liked), lambda: _keyed(liked, "userid", "artistid"), _liked_artist)
    if database.columns("queue"):
        queue = _queue(database)
        yield SourceTable("queue", len(queue), lambda: _keyed(queue, "queueid"), _entry)


def _keyed(rows: Iterable[Raw], *key: str) -> Iterator[tuple[str, Raw]]:
    for row in rows:
        yield "/".join(str(row[name]) for name in key), row


def _roles(database: SourceDatabase, name: str) -> set[Any]:
    """The ids of the roles of this name; there were none before roles came."""
    return {row["roleid"] for row in database.rows("roles") if str(row["name"]).lower() == name}


def _song(raw: Raw, conversion: Conversion) -> Draft:
    columns = Columns(raw, conversion)
    path = columns.path("relpath")
    artist, title = named(path or "")
    own = raw["place"] == 1
    for name in ("songid", "mediaid", "root"):
        columns.keep(name)
    columns.raw("place")
    return Song(
        id=conversion.id_of("songs", raw["songid"]) if own else conversion.id_of("media", raw["mediaid"]),
        title=columns.indexed("title") or columns.fitting(title or "") or UNKNOWN_TITLE,
        artist=columns.indexed("artist") or columns.fitting(artist or "") or UNKNOWN_ARTIST,
        duration_ms=columns.milliseconds("duration", of_seconds=True),
        date_added=columns.time("dateadded") if raw["dateadded"] else None,
        media={} if path is None else {media_kind(path): path},
        source=SOURCE,
        extra={ASIDE: {**columns.rest(), **columns.aside}},
    )


def _user(raw: Raw, conversion: Conversion, admins: set[Any], guests: set[Any]) -> Draft:
    columns = Columns(raw, conversion)
    username = columns.text("username")
    if username is None:
        raise InvalidValue("User.username", None, "there is no name to call the user by")
    guest = raw.get("roleid") in guests
    password = columns.raw("password")
    profile: dict[str, Any] = {
        "display_name": columns.indexed("name"),
        "is_admin": bool(columns.boolean("isadmin")) or raw.get("roleid") in admins,
        "is_guest": guest,
        "created_at": columns.time("datecreated") if raw.get("datecreated") else None,
    }
    for name in ("roleid", "dateupdated"):
        columns.raw(name)
    kept = {**columns.rest(), **columns.aside}
    return NewUser(
        user_id=conversion.id_of("users", raw["userid"]),
        username=username,
        profile={**profile, "preferences": {ASIDE: kept} if kept else {}},
        password_hash=None if guest or password is None else str(password),
    )


def _liked_song(raw: Raw, conversion: Conversion) -> Draft:
    user_id, song_id = conversion.id_of("users", raw["userid"]), conversion.id_of("songs", raw["songid"])
    return NewLike(user_id, song_id=song_id)


def _liked_artist(raw: Raw, conversion: Conversion) -> Draft:
    artist = Columns(raw, conversion).indexed("artist")
    if artist is None:
        raise InvalidValue("artistStars", raw["artistid"], "the artist is not there")
    return NewLike(conversion.id_of("users", raw["userid"]), artist=artist)


# the queue


def _queue(database: SourceDatabase) -> list[Raw]:
    """The rows in their order, room by room, each with the name of its singer and whether its room is open."""
    users = {row["userid"]: row for row in database.rows("users")}
    rooms = {row["roomid"]: row for row in database.rows("rooms")}
    rows = [dict(row) for row in database.rows("queue", "queueId")]
    for row in rows:
        user, room = users.get(row["userid"], {}), rooms.get(row["roomid"], {})
        row |= {"singer": user.get("name") or user.get("username"), "status": room.get("status")}
    if rows and "position" in rows[0]:
        return sorted(rows, key=lambda row: (row["roomid"], str(row["position"]), row["queueid"]))
    by_room: dict[Any, list[Raw]] = {}
    for row in rows:
        by_room.setdefault(row["roomid"], []).append(row)
    return [row for room in sorted(by_room) for row in _chained(by_room[room])]


def _chained(rows: list[Raw]) -> list[Raw]:
    """Each row behind the one that it names, as far as the chain holds; the rest in the order they were made."""
    after: dict[Any, list[Raw]] = {}
    for row in rows:
        after.setdefault(row.get("prevqueueid"), []).append(row)
    ordered: dict[Any, Raw] = {}
    waiting = list(reversed(after.get(None, [])))
    while waiting:
        row = waiting.pop()
        if row["queueid"] not in ordered:
            ordered[row["queueid"]] = row
            waiting += reversed(after.get(row["queueid"], []))
    return [*ordered.values(), *(row for row in rows if row["queueid"] not in ordered)]


def _entry(raw: Raw, conversion: Conversion) -> Draft:
    if raw["status"] != "open":
        raise InvalidValue("queue", raw["roomid"], "its room is not open any more")
    singer = Columns(raw, conversion).indexed("singer")
    if singer is None:
        raise InvalidValue("queue", raw["userid"], "its user is not there")
    user_id = conversion.id_of("users", raw["userid"])
    return NewEntry(song_id=conversion.id_of("songs", raw["songid"]), singers=((singer, user_id),))
