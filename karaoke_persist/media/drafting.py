"""Compares a root with what the store knows of it: what is new, changed, moved, gone, and there again.

Opens no file, but for the fingerprints of new files where one of their size is gone, and for texts that may be songs in
folders where something changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from posixpath import dirname
from typing import Final, NamedTuple

from karaoke_persist.contract import Eq, Query
from karaoke_persist.contract.media import MediaReader
from karaoke_persist.media.fingerprints import fingerprint
from karaoke_persist.media.moves import KnownFile, Moves, find_moves
from karaoke_persist.media.plan import Ambiguous
from karaoke_persist.media.reading import ReadSong, kinds_read
from karaoke_persist.media.recognise import Group, recognise
from karaoke_persist.media.walk import FileState, Tree, Unreadable
from karaoke_persist.models import MediaFile, MediaRoot, Removal
from karaoke_persist.session import Session

GUARDED_FILES: Final = 20
GUARDED_SHARE: Final = 0.5
_VERSION: Final = "1"
"""Raised when the same files come to mean something else, so that every root is looked at again."""
_FIELDS: Final = (
    "path",
    "size",
    "mtime_ns",
    "device",
    "inode",
    "fingerprint",
    "song_id",
    "kind",
    "problem",
    "missing_since",
    "missed_scans",
)


@dataclass(frozen=True, slots=True)
class Task:
    """A song whose files are new or changed."""

    group: Group
    must_read: bool
    owner: str | None
    """The song that its files belong to already."""


class PlannedRead(NamedTuple):
    """A task, and what its files said; None where they need not be read."""

    task: Task
    read: ReadSong | None


@dataclass(slots=True)
class Draft:
    """What is to be done for one root, before anything is read."""

    root: str
    tree: Tree
    digest: str
    known: dict[str, KnownFile] = field(default_factory=dict)
    tasks: list[Task] = field(default_factory=list)
    moves: Moves = field(default_factory=Moves)
    missing: list[KnownFile] = field(default_factory=list)
    restored: list[KnownFile] = field(default_factory=list)
    missed_again: list[KnownFile] = field(default_factory=list)
    unused: list[tuple[str, FileState, str | None]] = field(default_factory=list)
    """Files that no song is made of, with the kind they have in a song that was deleted."""
    forgotten: list[str] = field(default_factory=list)
    """Files of no use that are gone."""
    unreadable: list[Unreadable] = field(default_factory=list)
    guard: str | None = None
    reached: bool = True
    agreed: MediaRoot | None = None
    """Where store and disk agree, and nothing is to be done: what was counted then."""
    read: list[PlannedRead] = field(default_factory=list)
    """What the files of the tasks said, where a plan was made of it."""

    @property
    def ambiguous(self) -> tuple[Ambiguous, ...]:
        """What could be several moves."""
        return tuple(Ambiguous(*each) for each in self.moves.ambiguous)

    @property
    def present(self) -> dict[str, FileState]:
        """Every file that matters."""
        return dict(self.tree.files())


class Drafter:
    """Makes the draft of one root."""

    def __init__(self, root: str, tree: Tree, readers: Mapping[str, MediaReader], *, include_ignored: bool) -> None:
        self._readers, self._include_ignored = readers, include_ignored
        self.draft: Draft = Draft(root, tree, tree.digest(_VERSION, *sorted(readers)))
        self.draft.unreadable += tree.unreadable

    def compare(self, session: Session) -> None:
        """Read what the store knows; where it agrees with the disk, that is all."""
        draft = self.draft
        stored = session.get(MediaRoot, draft.root)
        if stored is not None and stored.digest == draft.digest and not self._include_ignored:
            draft.agreed = stored
            return
        rows = session.rows(Query(MediaFile, Eq("root", draft.root)), _FIELDS)
        draft.known = {row[0]: KnownFile._make((*row[:9], row[9] is not None, row[10])) for row in rows}
        removals = session.rows(Query(Removal, Eq("root", draft.root)), ("path",))
        draft.tree.leave_out({path for (path,) in removals})

    def finish(self, *, accept_missing: bool, reached: bool) -> Draft:
        """Sort everything that differs."""
        draft = self.draft
        draft.reached = reached
        if draft.agreed is not None:
            return draft
        present = draft.present
        new = {path: state for path, state in present.items() if path not in draft.known}
        gone = [file for path, file in draft.known.items() if path not in present and not draft.tree.may_hold(path)]
        draft.moves = find_moves([file for file in gone if file.kind], new, self._fingerprint)
        self._sort_gone(gone)
        if draft.missing and not accept_missing:
            self._guard(present)
        restored = (file for path, file in draft.known.items() if file.is_missing and path in present)
        draft.restored = [file for file in restored if present[file.path].is_content_of(file.size, file.mtime_ns)]
        self._find_tasks(present)
        return draft

    def _sort_gone(self, gone: Iterable[KnownFile]) -> None:
        draft = self.draft
        moved = {file.path for file in draft.moves.found.values()}
        for file in gone:
            if file.path in moved:
                continue
            if file.song_id is None and not file.is_ignored:
                draft.forgotten.append(file.path)
            elif not file.is_missing:
                draft.missing.append(file)
            elif file.missed_scans < 2 and draft.reached:
                draft.missed_again.append(file)

    def _guard(self, present: Mapping[str, FileState]) -> None:
        """So much is gone that the folder may be another, or its drive not mounted."""
        draft = self.draft
        there = sum(
            not file.is_missing and (file.song_id is not None or file.is_ignored) for file in draft.known.values()
        )
        gone = len(draft.missing)
        if not present:
            draft.guard = f"the folder is empty, and {gone} known files are gone"
        elif gone > GUARDED_FILES and gone > GUARDED_SHARE * there:
            draft.guard = f"{gone} of {there} known files are gone"
        if draft.guard is not None:
            draft.missing, draft.missed_again = [], []

    # songs

    def _find_tasks(self, present: Mapping[str, FileState]) -> None:
        draft, touched = self.draft, self._touched(present)
        self._losers = {file.song_id for file in draft.missing}
        for directory in draft.tree.directories:
            if directory.path not in touched:
                continue
            groups, failures = recognise(directory, draft.tree, draft.root, self._readers)
            draft.unreadable += failures
            used = {path for group in groups for path, _ in group.files.values()}
            draft.tasks += chain.from_iterable(map(self._task, groups))
            places = ((directory.place(name), directory.state(name)) for name in directory.files)
            draft.unused += [
                (path, state, None)
                for path, state in places
                if path not in used and self._is_new(path, state) and path not in draft.moves.found
            ]
        draft.unreadable += self._lasting(present)

    def _touched(self, present: Mapping[str, FileState]) -> set[str]:
        """The folders in which anything is not as it was."""
        draft = self.draft
        touched = {dirname(path) for path, state in present.items() if self._is_new(path, state)}
        touched |= {dirname(file.path) for file in (*draft.missing, *draft.moves.found.values())}
        if self._include_ignored:
            touched |= {dirname(file.path) for file in draft.known.values() if file.is_ignored}
        return touched

    def _task(self, group: Group) -> Iterator[Task]:
        """The song of a group, unless nothing about it is new."""
        known = {kind: self._known(path) for kind, (path, _) in group.files.items()}
        playable = [file for kind in group.playable if (file := known[kind]) is not None]
        owner = next((file.song_id for file in playable if file.song_id is not None), None)
        is_ignored = owner is None and any(file.is_ignored for file in playable)
        if is_ignored and not self._include_ignored:
            fresh_files = ((*place, kind) for kind, place in group.files.items() if self._is_fresh(*place))
            self.draft.unused += fresh_files
            return
        fresh = {kind for kind, (path, state) in group.files.items() if self._is_fresh(path, state)}
        must_read = is_ignored or bool(fresh & kinds_read(group))
        if must_read or (owner is not None and (fresh or self._is_disturbed(group, owner))):
            yield Task(group, must_read, owner)

    def _known(self, path: str) -> KnownFile | None:
        return self.draft.known.get(path) or self.draft.moves.found.get(path)

    def _is_new(self, path: str, state: FileState) -> bool:
        known = self.draft.known.get(path)
        return known is None or not state.is_content_of(known.size, known.mtime_ns)

    def _is_fresh(self, path: str, state: FileState) -> bool:
        """Whether its contents are not those that are known, here or where it moved from."""
        if path in self.draft.moves.found:
            return path in self.draft.moves.by_name
        return self._is_new(path, state) or self.draft.known[path].kind is None

    def _is_disturbed(self, group: Group, owner: str) -> bool:
        """Whether a file of the song is gone whose place another may take, or one moved that is not its own alone."""
        moved = group.found.shared and any(path in self.draft.moves.found for path, _ in group.files.values())
        return bool(moved) or owner in self._losers

    def _lasting(self, present: Mapping[str, FileState]) -> Iterator[Unreadable]:
        """What was unreadable and is as it was."""
        tried = {path for task in self.draft.tasks if task.must_read for path, _ in task.group.files.values()}
        for path, file in self.draft.known.items():
            if (
                file.problem is not None
                and path in present
                and path not in tried
                and not self._is_new(path, present[path])
            ):
                yield Unreadable(path, file.problem)

    def _fingerprint(self, path: str) -> str | None:
        try:
            with open(self.draft.tree.native(path), "rb") as stream:  # noqa: PTH123 - a Path cannot hold bytes
                return fingerprint(stream)
        except OSError:
            return None
