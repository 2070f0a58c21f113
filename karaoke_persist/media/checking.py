"""Compares store and disk, and says where they disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from karaoke_persist.contract import Aggregate, And, Eq, In, Not, Progress, Query
from karaoke_persist.contract import IsNull as Absent
from karaoke_persist.media.applying import Runner
from karaoke_persist.media.fingerprints import checksum
from karaoke_persist.media.paths import found_at, is_foreign, mapped
from karaoke_persist.media.walk import Tree, Unreadable, native_path
from karaoke_persist.models import PLAYABLE, MediaFile, Removal, Song
from karaoke_persist.models.json_values import freeze_object
from karaoke_persist.progress import Meter

_AT_ONCE: Final = 500
_SOURCE: Final = "folder:"


@dataclass(frozen=True, slots=True)
class LostPath:
    """A path of a song with nothing behind it."""

    song_id: str
    kind: str
    path: str
    mapped: str | None = None
    """Where it is below a root, for a path of an older database; `repair` changes it to that."""


@dataclass(frozen=True, slots=True)
class MediaCheck:
    """Where the store and the library folders disagree. Paths of files begin with their root and a colon."""

    songs_without_files: tuple[str, ...] = ()
    """Ids of songs that name files none of which can be played, and of those whose files are all another's now."""
    missing_stems: tuple[LostPath, ...] = ()
    """Files that are gone of songs that can be played."""
    foreign_paths: tuple[LostPath, ...] = ()
    """Absolute paths, and those with backslashes, as older databases have them."""
    files_without_songs: tuple[str, ...] = ()
    """Files that a sync has not seen."""
    ignored: tuple[str, ...] = ()
    """Files whose songs were deleted while they stayed."""
    unreadable: tuple[Unreadable, ...] = ()
    removals: tuple[str, ...] = ()
    """Files that are still to go to the trash."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong; what is ignored is not."""
        found = (self.songs_without_files, self.missing_stems, self.foreign_paths, self.files_without_songs)
        return not any((*found, self.unreadable, self.removals))

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "songsWithoutFiles": list(self.songs_without_files),
            "missingStems": [_as_dict(each) for each in self.missing_stems],
            "foreignPaths": [_as_dict(each) for each in self.foreign_paths],
            "filesWithoutSongs": list(self.files_without_songs),
            "ignored": list(self.ignored),
            "unreadable": [{"path": path, "reason": reason} for path, reason in self.unreadable],
            "removals": list(self.removals),
        }


def check(library: Runner, trees: Mapping[str, tuple[Path, Tree]], progress: Progress | None = None) -> MediaCheck:
    """Look at one moment of the store, and at the folders as they were walked."""
    found: MediaCheck = library.run(lambda tx: _Check(tx.songs.session, trees).made(progress), read_only=True)
    return found


@dataclass(slots=True)
class _Check:
    session: Any
    trees: Mapping[str, tuple[Path, Tree]]
    lost: list[str] = field(default_factory=list)
    stems: list[LostPath] = field(default_factory=list)
    foreign: list[LostPath] = field(default_factory=list)
    elsewhere: frozenset[str] = frozenset()
    """Songs that have files in roots that are not looked at."""

    def made(self, progress: Progress | None) -> MediaCheck:
        """Everything that can be said."""
        others = And(Not(In("root", list(self.trees))), Not(Absent("song_id")), Absent("missing_since"))
        self.elsewhere = frozenset(key for (key,) in self.session.rows(Query(MediaFile, others), ("song_id",)))
        for song in _every_song(self.session, progress):
            self._look_at(song)
        rows = {root: self._rows(root) for root in self.trees}
        removals = self.session.rows(Query(Removal), ("root", "path"))
        return MediaCheck(
            tuple(self.lost),
            tuple(self.stems),
            tuple(self.foreign),
            tuple(f"{root}:{path}" for root, known in rows.items() for path in self._unseen(root, known)),
            tuple(f"{root}:{path}" for root, known in rows.items() for path, row in known.items() if row.is_ignored),
            tuple(self._unreadable(rows)),
            tuple(f"{root}:{path}" for root, path in removals if root in self.trees),
        )

    def _look_at(self, song: Song) -> None:
        places = self._places(song)
        if not places:
            return
        own = _foreign(places, song)
        self.foreign += [LostPath(song.id, kind, path, _first_mapped(places, path)) for kind, path in own.items()]
        gone = [kind for kind, path in song.media.items() if kind not in own and not _is_there(places, path)]
        playable = [kind for kind in song.media if kind in PLAYABLE]
        if all(kind in gone or kind in own for kind in playable) and (playable or song.missing_since is not None):
            self.lost.append(song.id)
        else:
            self.stems += [LostPath(song.id, kind, song.media[kind]) for kind in gone]

    def _places(self, song: Song) -> list[Path]:
        """The roots that a song's files may be in, of those that are looked at; none if it is of another."""
        source = song.source or ""
        if source.startswith(_SOURCE):
            root = self.trees.get(source.removeprefix(_SOURCE))
            return [] if root is None else [root[0]]
        return [] if song.id in self.elsewhere else [path for path, _ in self.trees.values()]

    def _rows(self, root: str) -> dict[str, MediaFile]:
        query = Query(MediaFile, Eq("root", root))
        return {row.path: row for row in self.session.find(query)}

    def _unseen(self, root: str, known: Mapping[str, MediaFile]) -> Iterator[str]:
        return (path for path, _ in self.trees[root][1].files() if path not in known)

    def _unreadable(self, rows: Mapping[str, Mapping[str, MediaFile]]) -> Iterator[Unreadable]:
        for root, (_, tree) in self.trees.items():
            yield from (Unreadable(f"{root}:{path}", reason) for path, reason in tree.unreadable)
            bad = (row for row in rows[root].values() if row.problem is not None and row.missing_since is None)
            yield from (Unreadable(f"{root}:{row.path}", row.problem or "") for row in bad)


def repair(library: Runner, roots: Mapping[str, Path], progress: Progress | None = None) -> int:
    """Let the paths of older databases lead to the files that are there; the number of songs that changed."""
    changes: dict[str, dict[str, str]] = library.run(lambda tx: _mappable(tx, roots, progress), read_only=True)
    for song_id, paths in changes.items():
        library.run(partial(_map, song_id=song_id, paths=paths))
    return len(changes)


def _every_song(session: Any, progress: Progress | None) -> Iterator[Song]:
    [(number,)] = session.aggregate(Aggregate(Song))
    meter = Meter(progress, number)
    for batch in session.stream(Query(Song), _AT_ONCE):
        yield from batch
        meter.step(len(batch))


def _mappable(tx: Any, roots: Mapping[str, Path], progress: Progress | None) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for song in _every_song(tx.songs.session, progress):
        places = list(roots.values())
        paths = {kind: _first_mapped(places, path) for kind, path in _foreign(places, song).items()}
        if fitting := {kind: path for kind, path in paths.items() if path is not None}:
            found[song.id] = fitting
    return found


def _map(tx: Any, *, song_id: str, paths: Mapping[str, str]) -> None:
    song = tx.songs.session.get(Song, song_id)
    if song is not None:
        tx.songs.session.patch(Song, song_id, {"media": freeze_object({**song.media, **paths})})


def add_checksums(library: Runner, roots: Mapping[str, Path], progress: Progress | None = None) -> int:
    """Read whole what has no checksum yet; the number of songs that got one."""
    todo = [row for root in roots for row in library.run(partial(_unsummed, root=root), read_only=True)]
    done, meter = 0, Meter(progress, len(todo))
    for song_id, root, path in todo:
        made = _checksum_of(native_path(roots[root], path))
        if made is not None:
            library.run(partial(_sum, song_id=song_id, made=made))
            done += 1
        meter.step()
    return done


def _checksum_of(path: bytes) -> str | None:
    """None of a file that cannot be read."""
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - a Path cannot hold bytes
            return checksum(stream)
    except OSError:
        return None


def _unsummed(tx: Any, *, root: str) -> list[tuple[str, str, str]]:
    session = tx.songs.session
    where = And(Eq("root", root), Not(Absent("song_id")), Absent("missing_since"), Absent("problem"))
    files = session.rows(Query(MediaFile, where), ("song_id", "path", "kind"))
    songs = session.get_many(Song, sorted({song_id for song_id, *_ in files}))
    first = {kind: place for place, kind in enumerate(PLAYABLE)}
    best: dict[str, tuple[int, str]] = {}
    for song_id, path, kind in files:
        if kind in first and song_id in songs and songs[song_id].checksum is None:
            best[song_id] = min(best.get(song_id, (len(first), "")), (first[kind], path))
    return [(song_id, root, path) for song_id, (_, path) in sorted(best.items())]


def _sum(tx: Any, *, song_id: str, made: str) -> None:
    song = tx.songs.session.get(Song, song_id)
    if song is not None and song.checksum is None:
        tx.songs.session.patch(Song, song_id, {"checksum": made})


def _foreign(places: list[Path], song: Song) -> dict[str, str]:
    """The paths that are none of ours. A name may hold a backslash: what is there is no mistake."""
    return {kind: path for kind, path in song.media.items() if is_foreign(path) and not _is_there(places, path)}


def _is_there(places: list[Path], path: str) -> bool:
    return any(found_at(place, path) is not None for place in places)


def _first_mapped(places: list[Path], path: str) -> str | None:
    return next((found for place in places if (found := mapped(place, path)) is not None), None)


def _as_dict(lost: LostPath) -> dict[str, Any]:
    return {"songId": lost.song_id, "kind": lost.kind, "path": lost.path, "mapped": lost.mapped}
