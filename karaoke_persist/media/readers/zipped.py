"""MP3 and CDG graphics in one zip file."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from posixpath import splitext
from typing import Any, BinaryIO, Final

from karaoke_persist.contract.media import FolderView, FoundSong, OpenSong, UnreadableFile
from karaoke_persist.media.readers.beside import LOSSY
from karaoke_persist.media.tags import read_tags

_HEAD: Final = 1024 * 1024
_LARGEST: Final = 512 * 1024 * 1024
_MOST_FILES: Final = 100
_END: Final = struct.Struct("<4s4H2LH")
_END_MARK: Final = b"PK\x05\x06"


class ZipReader:
    """A zip that holds one audio file with graphics of the same name."""

    endings: frozenset[str] = frozenset({".zip"})

    def find(self, folder: FolderView) -> Iterable[FoundSong]:
        """Each zip may be a song; only its contents tell."""
        for name in folder.names:
            stem, ending = splitext(name)
            if ending.lower() == ".zip":
                yield FoundSong(stem, {"zip": name}, ("zip",))

    def read(self, song: OpenSong) -> Mapping[str, Any]:
        """What the tags of the audio file in it say. Nothing is unpacked but its beginning, whatever it claims."""
        stream = song.open("zip")
        _check_size(stream)
        try:
            with zipfile.ZipFile(stream) as archive:
                return read_tags(_beginning(archive, _audio_of(archive)))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise UnreadableFile(f"it is a damaged or locked zip ({error})") from error


def _check_size(stream: BinaryIO) -> None:
    """Refuse what lists more files than a song has, before the list is read."""
    size = stream.seek(0, io.SEEK_END)
    if not size:
        raise UnreadableFile("the file is empty")
    stream.seek(max(0, size - _END.size - 65_536))
    tail = stream.read()
    place = tail.rfind(_END_MARK)
    if place < 0 or len(tail) - place < _END.size:
        raise UnreadableFile("it is damaged, or not what its name says")
    files = _END.unpack_from(tail, place)[4]
    if files > _MOST_FILES:
        raise UnreadableFile(f"it holds {files} files, which is no song")
    stream.seek(0)


def _audio_of(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    entries = {info.filename.lower(): info for info in archive.infolist() if not info.is_dir()}
    for name, info in entries.items():
        stem, ending = splitext(name)
        if ending in LOSSY and f"{stem}.cdg" in entries:
            if info.file_size > _LARGEST or entries[f"{stem}.cdg"].file_size > _LARGEST:
                raise UnreadableFile(f"it would unpack to more than {_LARGEST} bytes")
            return info
    raise UnreadableFile("it holds no audio file with CDG graphics of the same name")


def _beginning(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    with archive.open(info) as packed:
        return io.BufferedReader(_Padded(packed.read(min(_HEAD, info.file_size)), info.file_size))


class _Padded(io.RawIOBase):
    """The beginning of a file, and zeros for the rest of it: its size tells the length of a recording."""

    def __init__(self, start: bytes, size: int) -> None:
        self._start, self._size, self._place = start, size, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, as in any file."""
        self._place = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence])
        return self._place

    def readinto(self, buffer: Any) -> int:
        """What is known of the next bytes."""
        view = memoryview(buffer).cast("B")
        count = max(0, min(len(view), self._size - self._place))
        part = self._start[self._place : self._place + count]
        view[:count] = part.ljust(count, b"\0")
        self._place += count
        return count
