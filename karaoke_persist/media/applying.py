"""Carries a plan out: batches in which the writer is held briefly, or one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any, Final, Protocol, TypeVar

from karaoke_persist.batches import batched
from karaoke_persist.contract import Aggregate, And, Eq, In, IsNull, Not, Query
from karaoke_persist.contract.media import NamePattern
from karaoke_persist.media.drafting import Draft, PlannedRead
from karaoke_persist.media.moves import KnownFile
from karaoke_persist.media.owners import look_after, store_files
from karaoke_persist.media.rows import as_row, move_row
from karaoke_persist.media.storing import GroupWriter
from karaoke_persist.media.tally import Tally
from karaoke_persist.media.walk import FileState, state_of
from karaoke_persist.models import PLAYABLE, MediaFile, MediaRoot, Song
from karaoke_persist.models.json_values import freeze_object
from karaoke_persist.models.media import file_id
from karaoke_persist.session import Session

T = TypeVar("T")

HELD_SECONDS: Final = 0.1
"""How long a batch may go on; what it has begun then, and the commit, come on top."""
STEP: Final = 100
_READ_AHEAD: Final = 1_000
"""More than a batch holds, so that time alone ends it."""


class Runner(Protocol):
    """What runs a function in a transaction: the library."""

    def run(self, function: Callable[[Any], T], *, read_only: bool = False, attempts: int = 5) -> T:
        """Call the function with a transaction, again on a conflict."""
        ...


Write = Callable[[Session, Sequence[Any], Tally], None]


class Applier:
    """Writes what a draft of one root says."""

    def __init__(self, library: Runner, draft: Draft, patterns: Sequence[NamePattern] = ()) -> None:
        self._library, self._draft, self._tree = library, draft, draft.tree
        self._songs = GroupWriter(draft, patterns)
        self._present = draft.present if draft.moves.found else {}
        self._mark: str | None = None
        self.tally: Tally = Tally()

    def apply(self, read: Iterable[PlannedRead], *, one_transaction: bool) -> Tally:
        """Do everything; the songs come as they are read."""
        if self._draft.agreed is not None:
            return self.tally
        phases = self._phases(read)
        if one_transaction:
            self._library.run(lambda tx: self._all(tx.songs.session, [(write, list(items)) for write, items in phases]))
        else:
            for write, items in phases:
                self._in_batches(write, items)
        self._settle()
        return self.tally

    def _phases(self, read: Iterable[PlannedRead]) -> list[tuple[Write, Iterable[Any]]]:
        draft = self._draft
        return [
            (self._move, draft.moves.found.items()),
            (self._restore, draft.restored),
            (self._songs.write, read),
            (self._note_unused, draft.unused),
            (self._mark_missing, draft.missing),
            (self._miss_again, draft.missed_again),
            (self._forget, draft.forgotten),
        ]

    # how it is written

    def _in_batches(self, write: Write, items: Iterable[Any]) -> None:
        rest, ahead = iter(items), list[Any]()
        while ahead := ahead + list(islice(rest, _READ_AHEAD - len(ahead))):
            done, tally = self._library.run(partial(self._some, write=write, items=ahead))
            self.tally.add(tally)
            del ahead[:done]

    def _some(self, tx: Any, *, write: Write, items: Sequence[Any]) -> tuple[int, Tally]:
        """As many as the time allows."""
        session: Session = tx.songs.session
        until, done, tally = time.monotonic() + HELD_SECONDS, 0, Tally(claimed=dict(self.tally.claimed))
        self._unsettle(session)
        while done < len(items) and (not done or time.monotonic() < until):
            write(session, items[done : done + STEP], tally)
            done += STEP
        return done, tally

    def _all(self, session: Session, phases: Sequence[tuple[Write, Sequence[Any]]]) -> None:
        tally = Tally()
        self._unsettle(session)
        for write, items in phases:
            for part in batched(items, STEP):
                write(session, part, tally)
        self.tally = tally

    def _unsettle(self, session: Session) -> None:
        """From the first write on, store and disk are not known to agree."""
        if self._mark is None:
            self._mark = f"since {session.context.new_id()}"
        session.upsert([MediaRoot(id=self._draft.root, digest=self._mark)])

    def _settle(self) -> None:
        """They do, if nothing was left for the next sync, and no other sync has written meanwhile."""
        draft, tally = self._draft, self.tally
        once = draft.missing or any(file.missed_scans == 0 for file in draft.missed_again)
        if not (draft.guard or tally.stale or tally.unsettled or once or not draft.reached):
            self._library.run(lambda tx: self._agree(tx.songs.session))

    def _agree(self, session: Session) -> None:
        stored = session.get(MediaRoot, self._draft.root)
        if self._mark is None or (stored is not None and stored.digest == self._mark):
            session.upsert([agreed(session, self._draft.root, self._draft.digest)])

    # what is written

    def _move(self, session: Session, items: Sequence[tuple[str, KnownFile]], tally: Tally) -> None:
        there = {path: self._state(path) for path, _ in items}
        moved = {path: known for path, known in items if _is_as_planned(there[path], self._present.get(path))}
        tally.stale += [path for path, _ in items if path not in moved]
        paths = chain(moved, (known.path for known in moved.values()))
        rows = session.get_many(MediaFile, [self._id(path) for path in paths])
        by_song: dict[str, dict[str, str]] = {}
        for path, known in moved.items():
            row = rows.get(self._id(known.path))
            state = there[path]
            if row is None or state is None or self._id(path) in rows:  # another sync was here
                tally.stale.append(path)
                continue
            session.delete(MediaFile, row.id)
            session.upsert([move_row(row, path, state)])
            tally.moved += 1
            if row.song_id is not None:
                by_song.setdefault(row.song_id, {})[known.path] = path
        self._follow(session, by_song, tally)

    def _follow(self, session: Session, by_song: dict[str, dict[str, str]], tally: Tally) -> None:
        """Let the paths of songs lead to where their files are."""
        for song in session.get_many(Song, by_song).values():
            paths = by_song[song.id]
            media = freeze_object({kind: paths.get(path, path) for kind, path in song.media.items()})
            changes = song.differing({"media": media})
            if changes:
                session.patch(Song, song.id, changes)
            tally.changed.add(song.id)
        look_after(session, sorted(by_song))

    def _restore(self, session: Session, files: Sequence[KnownFile], tally: Tally) -> None:
        back = [file for file in files if _is_as_planned(self._state(file.path), file.state)]
        tally.stale += [file.path for file in files if file not in back]
        query = Query(MediaFile, In("id", [self._id(file.path) for file in back]))
        session.patch_where(query, {"missing_since": None, "missed_scans": 0})
        tally.restored += len(back)
        playable = {file.song_id for file in back if file.song_id and file.kind in PLAYABLE}
        tally.changed |= look_after(session, sorted(playable))

    def _mark_missing(self, session: Session, files: Sequence[KnownFile], tally: Tally) -> None:
        gone = [file for file in files if self._state(file.path) is None]
        tally.stale += [file.path for file in files if file not in gone]
        now = session.context.clock()
        query = Query(MediaFile, In("id", [self._id(file.path) for file in gone]))
        session.patch_where(query, {"missing_since": now, "missed_scans": int(self._draft.reached)})
        owners = {song_id for (song_id,) in session.rows(query, ("song_id",))}  # as they are, not as they were planned
        look_after(session, sorted(filter(None, owners)))

    def _miss_again(self, session: Session, files: Sequence[KnownFile], _tally: Tally) -> None:
        for missed in {file.missed_scans for file in files}:
            keys = [self._id(file.path) for file in files if file.missed_scans == missed]
            session.patch_where(Query(MediaFile, In("id", keys)), {"missed_scans": missed + 1})

    def _note_unused(self, session: Session, items: Sequence[tuple[str, FileState, str | None]], tally: Tally) -> None:
        rows = [as_row(self._draft.root, path, state, kind=kind) for path, state, kind in items]
        tally.changed |= store_files(session, rows, session.get_many(MediaFile, [row.id for row in rows]))

    def _forget(self, session: Session, paths: Sequence[str], _tally: Tally) -> None:
        session.delete_where(Query(MediaFile, In("id", [self._id(path) for path in paths])))

    def _id(self, path: str) -> str:
        return file_id(self._draft.root, path)

    def _state(self, path: str) -> FileState | None:
        return state_of(self._tree.native(path))


def agreed(session: Session, root: str, digest: str) -> MediaRoot:
    """The row of a root that is settled, with what spares the next sync from counting."""
    counts = [
        session.aggregate(Aggregate(MediaFile, And(Eq("root", root), Not(IsNull(field)))))[0][0]
        for field in ("problem", "missing_since")
    ]
    return MediaRoot(id=root, digest=digest, problems=counts[0], missing=counts[1])


def _is_as_planned(state: FileState | None, planned: FileState | None) -> bool:
    return state is not None and planned is not None and state.is_content_of(planned.size, planned.mtime_ns)
