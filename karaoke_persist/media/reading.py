"""From the files of a song to its fields, wherever the workers are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from karaoke_persist.contract.media import FoundSong, MediaReader, OpenSong, UnreadableFile
from karaoke_persist.errors import InvalidValue
from karaoke_persist.media.fingerprints import fingerprint
from karaoke_persist.media.recognise import Group
from karaoke_persist.media.walk import FileState, reason_of, state_of
from karaoke_persist.models import Song

CHANGED: Final = "it changed while it was read; the next sync reads it again"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file is not part of its song. What lasts is not tried again until the file changes."""

    kind: str
    reason: str
    lasts: bool


@dataclass(slots=True)
class ReadSong:
    """What the files of a song said."""

    fields: dict[str, Any] = field(default_factory=dict)
    """Stored values of the fields of `Song`; without title and artist if the files have none."""
    fingerprints: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_song: bool = True

    @property
    def refused(self) -> set[str]:
        """The kinds that are left out."""
        return {problem.kind for problem in self.problems}


def read_song(reader: MediaReader, root: bytes, group: Group) -> ReadSong:
    """Read a song's files. Whatever happens is in the answer; nothing is raised."""
    answer = ReadSong()
    with _OpenFiles(root, group, answer) as files:
        try:
            files.take_fingerprints()
            answer.fields = Song.checked(reader.read(files))
        except _Changed:
            answer.is_song = False
        except UnreadableFile as error:
            files.refuse_all(str(error), lasts=True)
        except OSError as error:
            files.refuse_all(reason_of(error), lasts=False)
        except InvalidValue as error:
            files.refuse_all(f"{error.where}: {error.problem}", lasts=True)
        except Exception as error:  # a reader is a plugin, and damaged files surprise everybody
            files.refuse_all(f"the reader {group.reader} failed: {reason_of(error)}", lasts=False)
        else:
            files.check_unchanged()
    return answer


class _Changed(Exception):
    """A file is not what the walk saw."""


class _OpenFiles(OpenSong):
    """The files of a song, each opened once, and seen to be those that were planned."""

    def __init__(self, root: bytes, group: Group, answer: ReadSong) -> None:
        self._root, self._group, self._answer = root, group, answer
        self._streams: dict[str, BinaryIO] = {}

    def __enter__(self) -> _OpenFiles:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in self._streams.values():
            stream.close()

    @property
    def found(self) -> FoundSong:
        return self._group.found

    def open(self, kind: str) -> BinaryIO:
        stream = self._streams.get(kind)
        if stream is None:
            self._streams[kind] = stream = open(self._native(kind), "rb")  # noqa: PTH123, SIM115
            if not self._is_planned(kind, FileState.of(os.fstat(stream.fileno()))):
                raise self._changed(kind)
        stream.seek(0)
        return stream

    def size(self, kind: str) -> int:
        return self._group.files[kind][1].size

    def refuse(self, kind: str, reason: str) -> None:
        self._refuse(kind, reason, lasts=True)

    def refuse_all(self, reason: str, *, lasts: bool) -> None:
        """No song can be made: the file that gives it its place is to blame, unless others are already."""
        self._answer.is_song = False
        if not self._answer.problems:
            self._refuse(self._group.found.reads[0], reason, lasts=lasts)

    def take_fingerprints(self) -> None:
        """Of what can be played; what cannot be opened is left out, if something else is left."""
        for kind in self._group.playable:
            try:
                self._answer.fingerprints[kind] = fingerprint(self.open(kind))
            except OSError as error:
                self._refuse(kind, reason_of(error), lasts=False)
        if not self._answer.fingerprints:
            self._answer.is_song = False
            raise _Changed

    def check_unchanged(self) -> None:
        """What was read while somebody wrote says nothing."""
        for kind in self._streams:
            state = state_of(self._native(kind))
            if state is None or not self._is_planned(kind, state):
                self._answer.is_song = False
                self._changed(kind)

    def _refuse(self, kind: str, reason: str, *, lasts: bool) -> None:
        if kind not in self._answer.refused:
            self._answer.problems.append(Problem(kind, reason, lasts))

    def _changed(self, kind: str) -> _Changed:
        self._answer.is_song = False
        self._refuse(kind, CHANGED, lasts=False)
        return _Changed()

    def _is_planned(self, kind: str, state: FileState) -> bool:
        return state.is_content_of(*self._group.files[kind][1][:2])

    def _native(self, kind: str) -> bytes:
        return os.path.join(self._root, self._group.files[kind][0].encode())  # noqa: PTH118 - a Path holds no bytes


def kinds_read(group: Group) -> set[str]:
    """The kinds that are opened: what says something of the song, and what can be played."""
    return {*group.found.reads, *group.playable} & set(group.files)


def media_of(group: Group, read: ReadSong | None) -> Mapping[str, str]:
    """The paths that the song gets: of what is no medium, and of what cannot be read, none."""
    left_out = {"metadata"} if read is None else {"metadata", *read.refused}
    return {kind: path for kind, (path, _) in group.files.items() if kind not in left_out}
