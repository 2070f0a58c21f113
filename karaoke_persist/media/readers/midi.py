"""KAR and MIDI: notes with words."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from posixpath import splitext
from typing import Any, Final, NamedTuple

from karaoke_persist.contract.media import FolderView, FoundSong, OpenSong, UnreadableFile
from karaoke_persist.media.readers.beside import decoded, lyrics_of
from karaoke_persist.media.tags import fitting

_LARGEST: Final = 8 * 1024 * 1024
_TEXT, _TRACK_NAME, _LYRIC, _TEMPO = 0x01, 0x03, 0x05, 0x51
_QUARTER_US: Final = 500_000


class MidiReader:
    """Each `.kar`, `.mid` and `.midi` is a song."""

    endings: frozenset[str] = frozenset({".kar", ".mid", ".midi", ".lrc"})

    def find(self, folder: FolderView) -> Iterable[FoundSong]:
        """The songs of a folder."""
        for name in folder.names:
            stem, ending = splitext(name)
            if ending.lower() in (".kar", ".mid", ".midi"):
                lyrics = folder.find(stem, (".lrc",))
                beside = {} if lyrics is None else {"lyrics": lyrics}
                yield FoundSong(stem, {"midi": name, **beside}, ("midi", *beside))

    def read(self, song: OpenSong) -> Mapping[str, Any]:
        """Title and artist from the `@T` lines of a KAR, the words, and the length by the changes of tempo."""
        if song.size("midi") > _LARGEST:
            raise UnreadableFile(f"it is larger than {_LARGEST} bytes, and no notes")
        data = song.open("midi").read(_LARGEST)
        if not data:
            raise UnreadableFile("the file is empty")
        try:
            events, division = _parsed(data)
        except (struct.error, IndexError, ValueError) as error:
            raise UnreadableFile(f"it is damaged, or not what its name says ({error})") from error
        return {**lyrics_of(song), **_fields(events, division)}


class _Event(NamedTuple):
    """A text, a tempo, or (with kind 0) the end of a track, at a tick."""

    tick: int
    kind: int
    data: bytes


def _parsed(data: bytes) -> tuple[list[_Event], int]:
    mark, size, _, _, division = struct.unpack_from(">4sLHHH", data)
    if mark != b"MThd" or size < 6 or not division:
        raise ValueError("no MIDI header")
    place, events = 8 + size, list[_Event]()
    while place + 8 <= len(data):
        mark, size = struct.unpack_from(">4sL", data, place)
        if mark == b"MTrk":
            events += _track(data[place + 8 : place + 8 + size])
        place += 8 + size
    if not events:
        raise ValueError("no track")
    return sorted(events, key=lambda event: event.tick), division


def _track(data: bytes) -> Iterator[_Event]:
    """What counts of a track. A truncated one ends where it ends."""
    place = tick = status = 0
    try:
        while place < len(data):
            delta, place = _number(data, place)
            tick += delta
            status = data[place] if data[place] >= 0x80 else status
            place += data[place] >= 0x80
            if status == 0xFF:
                kind, (size, place) = data[place], _number(data, place + 1)
                if kind in (_TEXT, _TRACK_NAME, _LYRIC, _TEMPO):
                    yield _Event(tick, kind, data[place : place + size])
                place += size
            elif status in (0xF0, 0xF7):
                size, place = _number(data, place)
                place += size
            elif status:
                place += 1 if status & 0xF0 in (0xC0, 0xD0) else 2
            else:
                raise ValueError("no event")
    except IndexError:
        pass
    yield _Event(tick, 0, b"")


def _number(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for count in range(4):
        byte = data[place + count]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + count + 1
    raise ValueError("a number of more than four bytes")


def _fields(events: list[_Event], division: int) -> dict[str, Any]:
    texts = [decoded(event.data) for event in events if event.kind in (_TEXT, _LYRIC)]
    titles = [text[2:].strip() for text in texts if text.startswith("@T")]
    words = "".join(text for text in texts if not text.startswith("@"))
    words = words.replace("\\", "\n\n").replace("/", "\n").replace("\r", "\n").strip()
    fields = {
        "title": fitting(titles[0], indexed=True) if titles else None,
        "artist": fitting(titles[1], indexed=True) if len(titles) > 1 else None,
        "plain_lyrics": fitting(words, indexed=False),
        "duration_ms": _length(events, division),
    }
    return {name: value for name, value in fields.items() if value}


def _length(events: list[_Event], division: int) -> int:
    """Milliseconds from the first tick to the last."""
    if division & 0x8000:  # frames a second and ticks a frame
        return round(1000 * events[-1].tick / ((256 - (division >> 8)) * (division & 0xFF or 1)))
    us, tick, quarter = 0.0, 0, _QUARTER_US
    for event in events:
        us += (event.tick - tick) * quarter / division
        tick = event.tick
        if event.kind == _TEMPO and len(event.data) == 3:
            quarter = int.from_bytes(event.data, "big")
    return round(us / 1000)
