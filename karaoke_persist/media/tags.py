"""What the tags of an audio file say, in the fields of a song."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, Final, NamedTuple

from karaoke_persist.contract.media import UnreadableFile
from karaoke_persist.media.walk import reason_of
from karaoke_persist.models.text import FOLDED_BYTES, INDEXED_BYTES, TEXT_BYTES, key_fold


class _Names(NamedTuple):
    """How the tag formats name a field; the first that says something counts."""

    id3: tuple[str, ...]
    mp4: tuple[str, ...]
    others: tuple[str, ...]
    """In Vorbis comments, APE and ASF."""


_ITUNES: Final = "----:com.apple.iTunes:"
_NAMES: Final = {
    "title": _Names(("TIT2",), ("©nam",), ("title",)),
    "artist": _Names(("TPE1", "TPE2"), ("©ART", "aART"), ("artist", "albumartist", "author")),
    "album": _Names(("TALB",), ("©alb",), ("album", "wm/albumtitle")),
    "date": _Names(("TDRC", "TDOR", "TDRL"), ("©day",), ("date", "year", "originaldate", "wm/year")),
    "genre": _Names(("TCON",), ("©gen",), ("genre", "wm/genre")),
    "language": _Names(("TLAN",), (f"{_ITUNES}LANGUAGE",), ("language", "wm/language")),
    "plain_lyrics": _Names(("USLT",), ("©lyr",), ("lyrics", "unsyncedlyrics", "wm/lyrics")),
    "mbid": _Names(
        ("UFID:http://musicbrainz.org",),
        (f"{_ITUNES}MusicBrainz Track Id",),
        ("musicbrainz_trackid", "musicbrainz/track id"),
    ),
}
_SEVERAL: Final = frozenset({"artist", "genre"})
_INDEXED: Final = frozenset({"title", "artist", "album"})
_MP3: Final = (b"ID3", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2")
_DATE: Final = re.compile(r"(?P<year>\d{4})(?P<rest>-\d\d?(-\d\d?)?)?")


def read_tags(stream: BinaryIO) -> dict[str, Any]:
    """The fields of `Song` that a file's tags fill, each fit to be stored. Raises `UnreadableFile`, and `OSError`."""
    try:
        return _fields(_open(stream))
    except (UnreadableFile, OSError):
        raise
    except Exception as error:  # damaged files surprise the parsers in every way
        raise UnreadableFile(f"it is damaged, or not what its name says ({reason_of(error)})") from error


def fitting(text: str, *, indexed: bool) -> str | None:
    """A text that can be stored: NUL and broken characters replaced, cut to the limits; None if nothing is left."""
    cleaned = text.replace("\0", " ")
    if not cleaned.isascii():
        cleaned = cleaned.encode("utf-8", "replace").decode()
    fit = _cut(cleaned.strip(), INDEXED_BYTES if indexed else TEXT_BYTES)
    if not indexed:
        return fit or None
    while not _is_within(key_fold(fit), FOLDED_BYTES):  # a few ligatures fold to whole phrases
        fit = fit[: len(fit) * 3 // 4]
    return fit if key_fold(fit) else None


def _open(stream: BinaryIO) -> Any:
    import mutagen  # only a sync needs it, and importing this package should be quick
    from mutagen.mp3 import MP3

    start = stream.read(3)
    stream.seek(0)
    if not start:
        raise UnreadableFile("the file is empty")
    is_mp3 = start.startswith(_MP3) and _is_called_mp3(stream)  # what `File` says too, once it has asked all formats
    opened: Any = MP3 if is_mp3 else mutagen.File
    file: Any = opened(stream)
    if file is None or not hasattr(file.info, "length"):
        raise UnreadableFile("no audio is recognised in it")
    return file


def _is_called_mp3(stream: BinaryIO) -> bool:
    name = getattr(stream, "name", b"")
    return isinstance(name, str | bytes) and os.fsencode(name).lower().endswith(b".mp3")


def _fields(file: Any) -> dict[str, Any]:
    values = _values(file.tags)
    texts = {name: _text(name, values(names)) for name, names in _NAMES.items()}
    year, release_date = _date(texts.pop("date"))
    fields = {**texts, "year": year, "release_date": release_date, "duration_ms": _duration(file.info)}
    return {name: value for name, value in fields.items() if value is not None}


def _values(tags: Any) -> Callable[[_Names], Iterable[list[Any]]]:
    """What gives everything the tags say under some names, in the order of the names."""
    found: dict[str, list[Any]] = {}
    if hasattr(tags, "getall"):  # ID3
        for key, frame in tags.items():
            for name in {key, key.partition(":")[0]}:  # there may be several frames of a kind, as in `USLT:…:eng`
                found.setdefault(name, []).append(frame)
        return lambda names: (_content(frame) for name in names.id3 for frame in found.get(name, ()))
    pairs = tags if isinstance(tags, list) else tags.items() if tags else ()  # Vorbis comments are a list of pairs
    for key, value in pairs:
        found.setdefault(str(key).lower(), []).extend(_listed(value))
    return lambda names: (found.get(name.lower(), []) for name in names.mp4 + names.others)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str | bytes) else [value]


def _content(frame: Any) -> list[Any]:
    if hasattr(frame, "genres"):
        return list(frame.genres)  # numbers of the old genre table spelled out
    content = getattr(frame, "text", None) or getattr(frame, "data", "")
    return content if isinstance(content, list) else [content]


def _text(name: str, candidates: Iterable[list[Any]]) -> str | None:
    for values in candidates:
        texts = [text for text in (fitting(_plain(value), indexed=name in _INDEXED) for value in values) if text]
        if texts:
            return fitting(", ".join(dict.fromkeys(texts)), indexed=name in _INDEXED) if name in _SEVERAL else texts[0]
    return None


def _plain(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _date(text: str | None) -> tuple[int | None, str | None]:
    """The year, and the whole date if it says more than that."""
    match = _DATE.match(text) if text else None
    if match is None or not int(match["year"]):
        return None, None
    return int(match["year"]), match[0] if match["rest"] else None


def _duration(info: Any) -> int | None:
    seconds = float(info.length)
    return round(seconds * 1000) if math.isfinite(seconds) and 0 < seconds < 10**9 else None


def _cut(text: str, limit: int) -> str:
    return text if _is_within(text, limit) else text.encode()[:limit].decode("utf-8", "ignore").strip()


def _is_within(text: str, limit: int) -> bool:
    """Whether a text has at most so many bytes of UTF-8, of which a character needs four at most."""
    return 4 * len(text) <= limit or len(text.encode()) <= limit
