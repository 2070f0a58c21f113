"""Values that rules store: an ordinary song, one with every field, and text of the kind that breaks things."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from karaoke_persist import Song

MOMENT: Final = datetime(2024, 2, 29, 12, 30, 45, 123456, tzinfo=UTC)


def song(song_id: str = "song-1", title: str = "Jóga", artist: str = "Björk", **fields: Any) -> Song:
    """A song; only what a rule is about needs to be said."""
    return Song(id=song_id, title=title, artist=artist, **fields)


def songs(count: int, **fields: Any) -> list[Song]:
    """Songs `song-000`, `song-001` and so on."""
    return [song(f"song-{number:03}", f"Title {number:03}", **fields) for number in range(count)]


EVERY_FIELD: Final[dict[str, Any]] = {
    "title": "Jóga",
    "artist": "Björk",
    "album": "Homogenic",
    "aliases": ["Yoga", "ヨガ"],
    "artist_aliases": ["Björk Guðmundsdóttir"],
    "duration_ms": 305_000,
    "year": 1997,
    "release_date": "1997-09-15",
    "genre": "Art pop",
    "language": "en",
    "tags": ["duet", "slow", "duet"],
    "favorite": True,
    "hidden": True,
    "date_added": MOMENT,
    "plain_lyrics": "line one\nline two\r\n\ttabbed",
    "synced_lyrics": "[00:01.00] line one",
    "media": {"vocals": "song-1/vocals.mp3", "thumbnail": "song-1/thumb nail.jpg"},
    "source": "itunes",
    "source_url": "https://example.org/?a=1&b=%20",
    "description": "“quoted”, 'quoted' and \"quoted\"",
    "video_id": "dQw4w9WgXcQ",
    "uploader": "somebody",
    "uploader_id": "@somebody",
    "channel": "A channel",
    "channel_id": "UC123",
    "channel_name": "A channel's name",
    "upload_date": datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    "mbid": "5b11f4ce-a62d-471e-81fc-a69a8278c7da",
    "release_id": "release-1",
    "itunes_artist_id": 5_000_000_000,
    "itunes_collection_id": 5_000_000_001,
    "itunes_track_id": 5_000_000_002,
    "itunes_explicit": False,
    "itunes_preview_url": "https://example.org/preview.m4a",
    "itunes_artwork_urls": ["https://example.org/1.jpg", "https://example.org/2.jpg"],
    "itunes_raw_metadata": {"kind": "song", "price": 1.29, "ids": [1, 2, {"deep": None}]},
    "track_time_millis": 305_001,
    "youtube_duration": 305,
    "youtube_thumbnail_urls": [],
    "youtube_tags": ["a", "b"],
    "youtube_categories": {},
    "youtube_channel_id": "UC456",
    "youtube_channel_name": "Another channel",
    "youtube_raw_metadata": "only text",
    "checksum": "blake2b:0a1b2c",
    "extra": {"host": {"rating": 5, "seen": [True, False, None]}, "": "an empty name"},
    "missing_since": MOMENT,
}
"""Every field of a song that a host gives but its id, none at its default."""

EVERY_FIELD["curated"] = sorted(
    {*EVERY_FIELD, "media.vocals", "media.thumbnail"} - {"date_added", "media", "missing_since"}
)

UNUSUAL_TEXT: Final[dict[str, str]] = {
    "emoji": "🎤🎶",
    "joined emoji": "👩‍👩‍👧‍👦 family",
    "flag": "🇮🇸",
    "right to left": "שָׁלוֹם עולם",
    "mixed direction": "abc \u202eעברית\u202c def",
    "decomposed": "Jo\u0301ga",
    "composed": "J\u00f3ga",
    "hangul": "아리랑",
    "kana": "さくらさくら ガ ｶﾞ",
    "beyond the basic plane": "𠮷野家 𝔎𝔞𝔯𝔞𝔬𝔨𝔢",
    "quotes": "'; DROP TABLE songs; --",
    "double quotes": '" OR ""="',
    "percent": "100% _under_ %s %(name)s {0} $1 ?1 :name",
    "backslash": "a\\b\\%\\_\\'",
    "white space": "  two  spaces\tand a tab\n",
    "control": "bell\x07 and \x1f and \x7f",
    "last code point": "\U0010ffff",
    "byte order mark": "\ufeffmarked",
    "json": '{"a": [1, null]}',
    "word null": "NULL",
}
"""Text that must come back as it was, code point for code point."""

REFUSED_TEXT: Final[dict[str, str]] = {
    "NUL": "a\x00b",
    "half a surrogate pair": "a\ud800b",
    "the other half": "\udc00",
}
"""Text that no backend stores."""

ANY_JSON: Final[dict[str, Any]] = {
    "integer": 1,
    "float": 1.0,
    "true": True,
    "false": False,
    "zero": 0,
    "null": None,
    "text": "1",
    "small": 5e-324,
    "large": 1.7976931348623157e308,
    "tenth": 0.1,
    "largest integer": 2**63 - 1,
    "least integer": -(2**63),
    "beyond a double": 2**53 + 1,
    "nothing": [],
    "empty": {},
    "nested": [[], [[]], {"a": {"b": [None, 1, 1.0, True]}}],
    "names": {"": 1, " ": 2, "é": 3, "a.b": 4, "$[0]": 5, "'": 6, '"': 7},
    "texts": list(UNUSUAL_TEXT.values()),
}
"""JSON that must come back as it was, with its types."""
