"""From groups of files that were read to songs in the store: new ones, and what changes of those that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import basename, dirname
from typing import Any, Final, NamedTuple

from karaoke_persist.contract import Eq, Query
from karaoke_persist.contract.media import NamePattern
from karaoke_persist.media.drafting import Draft, PlannedRead, Task
from karaoke_persist.media.names import named
from karaoke_persist.media.owners import store_files
from karaoke_persist.media.reading import ReadSong, media_of
from karaoke_persist.media.recognise import Group
from karaoke_persist.media.rows import as_row
from karaoke_persist.media.tags import fitting
from karaoke_persist.media.tally import Tally
from karaoke_persist.media.walk import state_of
from karaoke_persist.models import PLAYABLE, MediaFile, Song
from karaoke_persist.models.json_values import freeze_object
from karaoke_persist.models.media import file_id
from karaoke_persist.operations.curation import UNKNOWN_ARTIST
from karaoke_persist.operations.redirects import find_songs
from karaoke_persist.session import Session

SOURCE: Final = "folder:"
_TAGGED: Final = 1.0
_HALF_TAGGED: Final = 0.6


class Naming(NamedTuple):
    """How a song is called, and how sure that is."""

    title: str
    artist: str
    confidence: float


def naming(group: Group, fields: Mapping[str, Any], patterns: Sequence[NamePattern] = ()) -> Naming:
    """By its tags if they name title or artist, else by the name of its file or folder."""
    name = group.found.name
    if "title" in fields or "artist" in fields:
        sure = _TAGGED if "title" in fields and "artist" in fields else _HALF_TAGGED
        title, artist = fields.get("title", name), fields.get("artist")
    else:
        guess = named(name, patterns)
        title, artist, sure = guess.title, guess.artist, guess.confidence
    return Naming(
        fitting(title, indexed=True) or group.derived_id,
        (fitting(artist, indexed=True) if artist else None) or UNKNOWN_ARTIST,
        sure,
    )


class GroupWriter:
    """Writes the songs of one root."""

    def __init__(self, draft: Draft, patterns: Sequence[NamePattern] = ()) -> None:
        self._draft, self._patterns = draft, patterns
        self.root: str = draft.root
        self._source = f"{SOURCE}{draft.root}"

    def write(self, session: Session, items: Sequence[PlannedRead], tally: Tally) -> None:
        """Store some songs and the rows of their files."""
        batch = _Batch(session, self, [each for each in items if self._is_current(each, tally)], tally)
        batch.write()

    def choose_id(
        self, session: Session, group: Group, owner: str | None, songs: Mapping[str, Song], claimed: dict[str, str]
    ) -> str:
        """The song its files belong to; else the folder's name, unless another folder has it."""
        if owner is not None and owner in songs:
            return owner
        if group.folder_id is None or group.derived_id in songs:
            return group.derived_id
        song = songs.get(group.folder_id)
        is_merged = song is not None and song.id != group.folder_id  # and so its folder is that of another song
        if song is not None and not is_merged and self._is_elsewhere(session, song, group):
            return group.derived_id
        first = claimed.setdefault(group.folder_id, group.derived_id)
        return group.folder_id if first == group.derived_id else group.derived_id

    def new_song(self, song_id: str, group: Group, read: ReadSong) -> Song:
        """A song as its files say."""
        name = naming(group, read.fields, self._patterns)
        fields = {**read.fields, "title": name.title, "artist": name.artist}
        fields |= {"media": freeze_object(media_of(group, read)), "source": self._source}
        return Song.trusted({**_BLANK, **fields, "id": song_id}, frozenset(fields))

    def changes(self, song: Song, task: Task, read: ReadSong | None) -> dict[str, Any]:
        """What a scan changes of a song: what nobody decided, and where its files are."""
        said = {} if read is None else read.fields
        decided = frozenset(song.curated)
        fields = {
            name: value
            for name, value in {"source": self._source, **said}.items()
            if name not in decided and (_is_empty(song, name) or (task.owner is not None and name in said))
        }
        media = {**song.media, **self._paths(song, task.group, read, decided)}
        present = any(kind in PLAYABLE for kind in media_of(task.group, read))
        return song.differing(
            {**fields, "media": freeze_object(media), "missing_since": None if present else song.missing_since}
        )

    def may_exist(self, path: str | None) -> bool:
        """Whether a file is there, or may be where nobody could look."""
        if path is None:
            return False
        if self._draft.tree.may_hold(path):
            return True
        try:
            return state_of(self._draft.tree.native(path)) is not None and not path.startswith("/")
        except ValueError:
            return False

    def _paths(self, song: Song, group: Group, read: ReadSong | None, decided: frozenset[str]) -> dict[str, str]:
        """The paths that are absent or lead nowhere; a kind that somebody took away stays away."""
        found = media_of(group, read).items()
        return {
            kind: path
            for kind, path in found
            if (kind in song.media and not self.may_exist(song.media[kind]))
            or (kind not in song.media and f"media.{kind}" not in decided)
        }

    def _is_elsewhere(self, session: Session, song: Song, group: Group) -> bool:
        """Whether a song belongs to another root, or to another folder of the same name that is still there."""
        rows = session.rows(Query(MediaFile, Eq("song_id", song.id)), ("root", "path", "missing_since"))
        if rows:
            here = (self.root, group.folder)
            return any(since is None and (root, dirname(path)) != here for root, path, since in rows)
        if song.source is not None and song.source.startswith(SOURCE) and song.source != self._source:
            return True
        folders = {dirname(path) for path in song.media.values() if self.may_exist(path)}
        return any(folder != group.folder and basename(folder) == group.found.name for folder in folders)

    def _is_current(self, item: PlannedRead, tally: Tally) -> bool:
        """Whether the files are still those that were planned, and read."""
        for path, planned in item.task.group.files.values():
            state = state_of(self._draft.tree.native(path))
            if state is None or not state.is_content_of(planned.size, planned.mtime_ns):
                tally.stale.append(path)
                return False
        return True


class _Batch:
    """Some songs, in one session."""

    def __init__(self, session: Session, writer: GroupWriter, items: Sequence[PlannedRead], tally: Tally) -> None:
        self._session, self._writer, self._items, self._tally = session, writer, items, tally
        groups = [item.task.group for item in items]
        ids = [file_id(writer.root, path) for group in groups for path, _ in group.files.values()]
        self._rows = session.get_many(MediaFile, ids)
        self._new: dict[str, Song] = {}
        self._files: dict[str, MediaFile] = {}
        self._owners = {group.derived_id: self._owner(group) for group in groups}
        wanted = [*self._owners.values(), *(each for group in groups for each in (group.folder_id, group.derived_id))]
        self._songs = find_songs(session, [song_id for song_id in wanted if song_id is not None])
        self._current = {song.id: song for song in self._songs.values()}

    def write(self) -> None:
        """Store them, songs before the files that name them."""
        for task, read in self._items:
            if task.owner is not None and self._owners[task.group.derived_id] is None:  # the song was deleted since
                self._tally.stale += [task.group.files[kind][0] for kind in sorted(task.group.playable)]
            elif read is None or read.is_song:
                self._store(task, read)
            else:
                self._note_problems(task.group, self._owners[task.group.derived_id], read)
        self._session.insert(*self._new.values())
        self._tally.changed |= store_files(self._session, list(self._files.values()), self._rows)
        self._tally.added += len(self._new)

    def _store(self, task: Task, read: ReadSong | None) -> None:
        group, songs = task.group, {**self._songs, **self._new}
        owner = self._owners[group.derived_id]
        song_id = self._writer.choose_id(self._session, group, owner, songs, self._tally.claimed)
        song = self._new.get(song_id) or self._current.get(
            self._songs[song_id].id if song_id in self._songs else song_id
        )
        if song is not None:
            self._change(song, Task(group, task.must_read, owner), read)
        elif read is not None:
            self._new[song_id] = song = self._writer.new_song(song_id, group, read)
        if song is not None:
            self._note_files(group, song.id, read)
            self._note_problems(group, song.id, read)

    def _change(self, song: Song, task: Task, read: ReadSong | None) -> None:
        changes = self._writer.changes(song, task, read)
        if not changes:
            return
        if song.id in self._new:
            self._new[song.id] = song.replaced(changes)
            return
        written = self._session.patch(Song, song.id, changes)
        self._current[song.id] = song.replaced({**changes, "revision": written.after})
        self._tally.changed.add(song.id)

    def _note_files(self, group: Group, song_id: str, read: ReadSong | None) -> None:
        refused = set() if read is None else read.refused
        prints = {} if read is None else read.fingerprints
        for kind, (path, state) in group.files.items():
            before = self._row(path)
            is_another_s = before is not None and before.song_id not in (None, song_id)
            if kind in refused or (is_another_s and kind in group.found.shared):
                continue
            print_ = prints.get(kind) or (before.fingerprint if before is not None else None)
            self._files[path] = as_row(self._writer.root, path, state, kind=kind, song_id=song_id, fingerprint=print_)

    def _note_problems(self, group: Group, song_id: str | None, read: ReadSong | None) -> None:
        """What lasts is remembered with the file; what may pass is tried again."""
        for problem in [] if read is None else read.problems:
            path, state = group.files[problem.kind]
            if problem.lasts:
                self._files[path] = as_row(
                    self._writer.root, path, state, kind=problem.kind, song_id=song_id, problem=problem.reason
                )
            else:
                self._tally.unsettled = True

    def _owner(self, group: Group) -> str | None:
        """The song its files belong to; what may be shared says nothing."""
        kinds = sorted(group.playable, key=lambda kind: (kind in group.found.shared, kind))
        rows = [(kind, self._row(group.files[kind][0])) for kind in kinds]
        owned = (row.song_id for kind, row in rows if row is not None and kind not in group.found.shared)
        return next((song_id for song_id in owned if song_id is not None), None)

    def _row(self, path: str) -> MediaFile | None:
        return self._files.get(path) or self._rows.get(file_id(self._writer.root, path))


def _is_empty(song: Song, name: str) -> bool:
    value = getattr(song, name)
    return value is None or (name == "artist" and value == UNKNOWN_ARTIST)


_BLANK: Final[dict[str, Any]] = {name: info.default for name, info in Song.model_fields.items()}
