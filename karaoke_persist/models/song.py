"""A song: the entity everything else in a karaoke application revolves around."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, get_args

from pydantic import PlainValidator

from karaoke_persist.models.fields import (
    Boolean,
    Id,
    IndexedText,
    Integer,
    JsonObject,
    JsonValue,
    Kind,
    NameList,
    Text,
    TextList,
    Time,
)
from karaoke_persist.models.integrity import Counted, Derived, Integrity, Sorted
from karaoke_persist.models.json_values import EMPTY_OBJECT, FrozenDict, freeze_object
from karaoke_persist.models.media import PATH_BYTES
from karaoke_persist.models.readings import readings_of
from karaoke_persist.models.record import Record
from karaoke_persist.models.text import check_bytes

MediaKind = Literal[
    "original", "vocals", "instrumental", "video", "cdg", "zip", "lyrics", "thumbnail", "cover_art", "midi", "ultrastar"
]
MEDIA_KINDS: Final[tuple[str, ...]] = get_args(MediaKind)
PLAYABLE: Final = ("original", "vocals", "instrumental", "video", "zip", "midi", "ultrastar")
"""The kinds of which one is enough to sing to."""


def check_media(value: Any) -> FrozenDict:
    """Refuse unknown kinds of media and paths that no system could hold."""
    if not isinstance(value, Mapping):
        raise ValueError("a mapping from kind to path is expected, such as {'vocals': 'song-123/vocals.mp3'}")
    for kind, path in value.items():
        if kind not in MEDIA_KINDS:
            raise ValueError(f"{kind!r} is not a kind of media; there are {', '.join(MEDIA_KINDS)}")
        if not isinstance(path, str) or not path:
            raise ValueError(f"the path of {kind} must be text that is not empty; leave the kind out instead")
        check_bytes(path, PATH_BYTES)
    return freeze_object(value)


Media = Annotated[Mapping[str, str], PlainValidator(check_media), Kind.OBJECT]


class Song(Record):
    """A song with what is known of it. Paths in `media` are relative to the library folder, with `/` between parts."""

    integrity: ClassVar[Integrity] = Integrity(
        collection="songs",
        sorted=(Sorted("date_added"), Sorted("title"), Sorted("artist"), Sorted("album"), Sorted("year")),
        counted=(Counted("artist"),),
        stamped="date_added",
        maintained=("play_count", "last_played_at"),
        derived=(
            Derived("title_readings", "title", readings_of),
            Derived("artist_readings", "artist", readings_of),
        ),
        sparse=("missing_since",),
    )

    id: Id
    title: IndexedText
    artist: IndexedText
    album: IndexedText | None = None
    aliases: NameList = ()
    """Other titles of the song, in any language."""
    artist_aliases: NameList = ()
    """Other names of the artist."""
    title_readings: JsonObject = EMPTY_OBJECT
    """The title in Latin letters, as search reads it; kept by the library."""
    artist_readings: JsonObject = EMPTY_OBJECT
    """The same of the artist."""
    duration_ms: Integer | None = None
    year: Integer | None = None
    release_date: Text | None = None
    genre: Text | None = None
    language: Text | None = None
    tags: TextList = ()
    favorite: Boolean = False
    hidden: Boolean = False
    """Kept out of guests' sight."""
    date_added: Time | None = None
    plain_lyrics: Text | None = None
    synced_lyrics: Text | None = None
    media: Media = EMPTY_OBJECT
    source: Text | None = None
    source_url: Text | None = None
    description: Text | None = None
    video_id: Text | None = None
    uploader: Text | None = None
    uploader_id: Text | None = None
    channel: Text | None = None
    channel_id: Text | None = None
    channel_name: Text | None = None
    upload_date: Time | None = None
    mbid: Text | None = None
    release_id: Text | None = None
    itunes_artist_id: Integer | None = None
    itunes_collection_id: Integer | None = None
    itunes_track_id: Integer | None = None
    itunes_explicit: Boolean | None = None
    itunes_preview_url: Text | None = None
    itunes_artwork_urls: JsonValue | None = None
    itunes_raw_metadata: JsonValue | None = None
    track_time_millis: Integer | None = None
    youtube_duration: Integer | None = None
    youtube_thumbnail_urls: JsonValue | None = None
    youtube_tags: JsonValue | None = None
    youtube_categories: JsonValue | None = None
    youtube_channel_id: Text | None = None
    youtube_channel_name: Text | None = None
    youtube_raw_metadata: JsonValue | None = None
    checksum: Text | None = None
    """Of the recording, by whichever method the host uses; the same checksum means the same file."""
    extra: JsonObject = EMPTY_OBJECT
    play_count: Integer = 0
    """How often it was sung to the end; kept by the history."""
    last_played_at: Time | None = None
    curated: TextList = ()
    """The fields that somebody decided: each that a write changed which was no scan and no import. Scans leave them
    alone. A kind of media has a name of its own, such as `media.vocals`."""
    missing_since: Time | None = None
    """Since when nothing of it can be played, because its files are gone."""
