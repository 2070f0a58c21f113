"""The library folders of one library, by name: plans, syncs, and what else looks at the disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from karaoke_persist.contract import Aggregate, And, Eq, IsNull, Measure, Not, Query
from karaoke_persist.contract.media import MediaReader, NamePattern
from karaoke_persist.errors import BadOption, InvalidValue, Unavailable
from karaoke_persist.media import checking, missing, paths, removal, watching
from karaoke_persist.media.applying import Applier, Runner
from karaoke_persist.media.drafting import Draft, Drafter, PlannedRead
from karaoke_persist.media.plan import Plan, PlannedFile, PlannedMove, PlannedSong, SyncReport
from karaoke_persist.media.readers import BUILT_IN
from karaoke_persist.media.storing import naming
from karaoke_persist.media.tally import Tally
from karaoke_persist.media.walk import Tree, Unreadable, readable_root, walk
from karaoke_persist.media.workers import read_all
from karaoke_persist.models import MediaFile, Song
from karaoke_persist.models.text import check_id
from karaoke_persist.operations.redirects import find_songs
from karaoke_persist.progress import Meter
from karaoke_persist.session import Session

SyncProgress = Callable[[int, int], object]
"""Called with the number of songs, or of files, that are done, and the number there are."""

MAIN: Final = "main"


class MediaFolders:
    """The folders that `open(roots={"main": path})` named. The store knows their names only."""

    def __init__(
        self,
        library: Runner,
        roots: Mapping[str, Path],
        readers: Mapping[str, MediaReader] | None = None,
        patterns: Sequence[NamePattern] = (),
    ) -> None:
        self._library, self._roots, self._patterns = library, roots, patterns
        self._readers = {**(readers or {}), **BUILT_IN}
        self._endings = frozenset(chain.from_iterable(reader.endings for reader in self._readers.values()))

    @property
    def roots(self) -> Mapping[str, Path]:
        """The folders by name."""
        return self._roots

    def sync(
        self,
        root: str | None = None,
        *,
        folder: str | os.PathLike[str] | None = None,
        accept_missing: bool = False,
        include_ignored: bool = False,
        workers: int | None = None,
        progress: SyncProgress | None = None,
    ) -> SyncReport:
        """Bring the store in step with a root, or with every root: `plan` and `apply` in one, at flat memory.

        With `folder`, that folder is scanned as the root, `main` unless it is named otherwise: give each folder a name
        of its own. What somebody curated is left alone, and no song is ever deleted: one whose files are gone is marked
        missing, unless so much is gone that the folder may be another (`accept_missing` says that it is not).
        `include_ignored` brings songs back that were deleted while their files stayed. What cannot be read is reported
        and skipped. The work is stored in batches: after an error, earlier ones are kept. `workers` is how many
        processes read; 0 reads here.

        Whatever `on_error` says, it raises: `BadOption` without any folder, `InvalidValue` for an unknown root,
        `Unavailable` when a folder cannot be read (unless `accept_missing`), and then nothing is changed.
        """
        chosen = self._chosen(root, folder, accept_missing)
        drafts = [self._draft(*each, accept_missing, include_ignored) for each in chosen]
        meter = _begun(progress, sum(len(draft.tasks) for draft in drafts))
        reports = [self._carried_out(draft, _counted(self._read(draft, workers), meter)) for draft in drafts]
        return _united(drafts, reports)

    def plan(
        self,
        root: str | None = None,
        *,
        folder: str | os.PathLike[str] | None = None,
        accept_missing: bool = False,
        include_ignored: bool = False,
        workers: int | None = None,
        progress: SyncProgress | None = None,
    ) -> Plan:
        """What a sync of one root would do, with everything that is new read. Nothing is changed.

        Without a root it is the only one there is, or else `main`.
        """
        (chosen,) = self._chosen(self._one(root) if folder is None else root, folder, accept_missing)
        draft = self._draft(*chosen, accept_missing, include_ignored)
        read = list(_counted(self._read(draft, workers), _begun(progress, len(draft.tasks))))
        return self._as_plan(draft, read)

    def apply(self, plan: Plan, *, one_transaction: bool = False) -> SyncReport:
        """Carry a plan out. What has changed since it was made is left for the next one, and reported as `stale`.

        Others get their turn at the writer after a tenth of a second, or with `one_transaction` when all is done.
        """
        if not isinstance(plan, Plan) or not isinstance(plan.draft, Draft):
            raise InvalidValue("plan", plan, "a plan is expected, as library.media.plan makes it")
        report = self._carried_out(plan.draft, plan.draft.read, one_transaction=one_transaction)
        return _united([plan.draft], [report])

    # paths

    def locate(self, path: str, root: str | None = None) -> Path | None:
        """Where a file of a song is: by the exact path, composed, or decomposed; None if it is not there.

        Without a root it is looked for below the only one there is, or else `main`. A path that leads out of the root,
        by `..` or by a link, is `InvalidValue`.
        """
        name = self._one(root)
        if name not in self._roots:
            raise InvalidValue("root", name, f"there is no such root; there are: {', '.join(self._roots) or 'none'}")
        return paths.locate(self._roots[name], path)

    # what is missing

    def purge(
        self, root: str | None = None, *, days: int = missing.DAYS, progress: SyncProgress | None = None
    ) -> missing.PurgeReport:
        """Delete the songs that have been missing for so many days, and at the last two scans that reached the root."""
        names = self._every_root() if root is None else [_root_name(root)]
        return missing.purge(self._library, names, days, progress)

    # removing

    def remove_song(self, song_id: str) -> bool:
        """Delete a song, and move its files to the trash folder of their root; False if there is no such song.

        Files that other songs have too stay. A crash in between is finished by the next `open` with these roots.
        """
        return removal.remove_song(self._library, self._roots, song_id)

    def finish_removals(self) -> int:
        """Move what a crash left to the trash; the number of files that still wait, since they cannot be moved."""
        return removal.finish(self._library, self._roots)

    # looking after

    def check(self, root: str | None = None, *, progress: SyncProgress | None = None) -> checking.MediaCheck:
        """Compare the store with the disk, and change nothing: songs without files, files without songs, and so on."""
        chosen = self._chosen(root, None, False)
        trees = {name: (path, self._walked(path, True)) for name, path, _ in chosen}
        return checking.check(self._library, trees, progress)

    def repair(self, root: str | None = None, *, progress: SyncProgress | None = None) -> int:
        """Finish removals, and map the paths that older databases hold; the number of songs whose paths changed."""
        self.finish_removals()
        chosen = self._chosen(root, None, False)
        return checking.repair(self._library, {name: path for name, path, _ in chosen}, progress)

    def add_checksums(self, root: str | None = None, *, progress: SyncProgress | None = None) -> int:
        """Read every song without a `checksum` whole, and store it; the number of songs. Finds equal recordings."""
        chosen = self._chosen(root, None, False)
        return checking.add_checksums(self._library, {name: path for name, path, _ in chosen}, progress)

    def watch(
        self,
        root: str | None = None,
        *,
        folder: str | os.PathLike[str] | None = None,
        stop: watching.Stop | None = None,
        told: Callable[[SyncReport], object] = lambda _: None,
    ) -> None:
        """Sync now, and again whenever something changes below the root, until `stop` is set. Needs `[watch]`."""
        chosen = self._chosen(root, folder, False)
        for _ in watching.changes([path for _, path, _ in chosen], stop):
            told(self.sync(root, folder=folder))

    # how

    def _chosen(
        self, root: str | None, folder: str | os.PathLike[str] | None, accept_missing: bool
    ) -> list[tuple[str, Path, bool]]:
        """The roots by name, each with its real place and whether it can be reached."""
        if folder is not None:
            return [(_root_name(MAIN if root is None else root), *_reached(folder, accept_missing))]
        if root is not None and root not in self._roots and self._roots:
            raise InvalidValue("root", root, f"there is no such root; there are: {', '.join(self._roots)}")
        every = self._every_root()
        names = every if root is None else [root]
        return [(_root_name(name), *_reached(self._roots[name], accept_missing)) for name in names]

    def _every_root(self) -> list[str]:
        """The names of the roots, of which there has to be one."""
        if not self._roots:
            raise BadOption(
                "roots",
                "no library folder is known",
                'Open with roots={"main": "/path"}, or call sync(folder="/path").',
            )
        return sorted(self._roots)

    def _one(self, root: str | None) -> str:
        """The root that is meant where one has to be."""
        only = next(iter(self._roots), MAIN) if len(self._roots) == 1 else MAIN
        return only if root is None else root

    def _walked(self, path: Path, reached: bool) -> Tree:
        return walk(path, self._endings) if reached else Tree(path)

    def _draft(self, name: str, path: Path, reached: bool, accept_missing: bool, include_ignored: bool) -> Draft:
        if reached:
            removal.finish(self._library, {name: path})
        drafter = Drafter(name, self._walked(path, reached), self._readers, include_ignored=include_ignored)
        self._library.run(lambda tx: drafter.compare(tx.songs.session), read_only=True)
        return drafter.finish(accept_missing=accept_missing, reached=reached)

    def _read(self, draft: Draft, workers: int | None) -> Iterator[PlannedRead]:
        wanted = [task.group for task in draft.tasks if task.must_read]
        root = os.fsencode(draft.tree.root)
        read = read_all(wanted, root, self._readers, count=len(wanted), workers=workers)
        for task in draft.tasks:
            yield PlannedRead(task, next(read) if task.must_read else None)

    def _carried_out(
        self, draft: Draft, read: Iterable[PlannedRead], *, one_transaction: bool = False
    ) -> tuple[Tally, list[Unreadable], tuple[int, int]]:
        problems: list[Unreadable] = []
        applier = Applier(self._library, draft, self._patterns)
        tally = applier.apply(_noting(read, problems), one_transaction=one_transaction)
        counts = self._library.run(lambda tx: _counts(tx.songs.session, draft), read_only=True)
        return tally, [*draft.unreadable, *problems, *self._known_problems(draft)], counts

    def _known_problems(self, draft: Draft) -> list[Unreadable]:
        """Of a root in which nothing changed, if it has any."""
        if draft.agreed is None or not draft.agreed.problems:
            return []
        return self._library.run(lambda tx: _problems(tx.songs.session, draft.root), read_only=True)

    def _as_plan(self, draft: Draft, read: Sequence[PlannedRead]) -> Plan:
        problems: list[Unreadable] = []
        draft.read = list(_noting(read, problems))
        made = [each for each in draft.read if each.read is None or each.read.is_song]
        stored = self._library.run(lambda tx: _stored_ids(tx.songs.session, made), read_only=True)
        songs = [self._planned(each, stored) for each in made]
        problems += self._known_problems(draft)
        present = draft.present if draft.moves.found else {}
        return Plan(
            draft.root,
            added=tuple(song for song in songs if song.is_new),
            changed=tuple(song for song in songs if not song.is_new),
            moved=tuple(
                PlannedMove(known.path, path, known.song_id, known, present[path])
                for path, known in draft.moves.found.items()
            ),
            missing=tuple(PlannedFile(file.path, file.song_id, file) for file in draft.missing),
            restored=tuple(PlannedFile(file.path, file.song_id, file) for file in draft.restored),
            ambiguous=draft.ambiguous,
            unreadable=(*draft.unreadable, *problems),
            guard=draft.guard,
            draft=draft,
        )

    def _planned(self, each: PlannedRead, stored: set[str]) -> PlannedSong:
        group, read = each.task.group, each.read
        song_id = each.task.owner or group.folder_id or group.derived_id
        name = naming(group, read.fields if read is not None else {}, self._patterns)
        return PlannedSong(
            song_id=song_id,
            paths=tuple(path for path, _ in group.files.values()),
            title=name.title,
            artist=name.artist,
            confidence=name.confidence,
            is_new=song_id not in stored,
        )


def _begun(progress: SyncProgress | None, total: int) -> Meter:
    """A meter that has told that nothing is done yet."""
    meter = Meter(progress, total)
    meter.step(0)
    return meter


def _counted(read: Iterable[PlannedRead], meter: Meter) -> Iterator[PlannedRead]:
    """The same, counted as they pass."""
    for song in read:
        meter.step()
        yield song


def _noting(read: Iterable[PlannedRead], problems: list[Unreadable]) -> Iterator[PlannedRead]:
    """The same, what could not be read being noted as it passes."""
    for each in read:
        for problem in [] if each.read is None else each.read.problems:
            problems.append(Unreadable(each.task.group.files[problem.kind][0], problem.reason))
        yield each


def _stored_ids(session: Session, read: Sequence[PlannedRead]) -> set[str]:
    """The ids that songs have already."""
    groups = [each.task.group for each in read]
    ids = [each.task.owner for each in read] + [
        each for group in groups for each in (group.folder_id, group.derived_id)
    ]
    return set(find_songs(session, [song_id for song_id in ids if song_id is not None]))


def _counts(session: Session, draft: Draft) -> tuple[int, int]:
    """How many songs have files in a root, and how many of its songs are missing."""
    own = And(Eq("root", draft.root), Not(IsNull("song_id")))
    distinct = (Measure("count_distinct", "song_id"),)
    there = session.aggregate(Aggregate(MediaFile, And(own, IsNull("missing_since")), measures=distinct))[0][0]
    if draft.agreed is not None and not draft.agreed.missing:
        return there, 0
    gone = session.rows(Query(MediaFile, And(own, Not(IsNull("missing_since")))), ("song_id",))
    songs = session.get_many(Song, sorted({song_id for (song_id,) in gone})).values()
    return there, sum(song.missing_since is not None for song in songs)


def _problems(session: Session, root: str) -> list[Unreadable]:
    where = And(Eq("root", root), Not(IsNull("problem")), IsNull("missing_since"))
    return [Unreadable(*row) for row in session.rows(Query(MediaFile, where), ("path", "problem"))]


def _united(drafts: Sequence[Draft], parts: Sequence[tuple[Tally, list[Unreadable], tuple[int, int]]]) -> SyncReport:
    added, updated = sum(tally.added for tally, *_ in parts), sum(len(tally.changed) for tally, *_ in parts)
    prefixes = [f"{draft.root}:" if len(drafts) > 1 else "" for draft in drafts]
    named = zip(prefixes, parts, strict=True)
    return SyncReport(
        added=added,
        updated=updated,
        unchanged=max(0, sum(there for *_, (there, _) in parts) - added - updated),
        missing=sum(gone for *_, (_, gone) in parts),
        unreadable=tuple(
            Unreadable(prefix + path, reason) for prefix, (_, problems, _) in named for path, reason in sorted(problems)
        ),
        moved=sum(tally.moved for tally, *_ in parts),
        restored=sum(tally.restored for tally, *_ in parts),
        stale=tuple(path for tally, *_ in parts for path in tally.stale),
        ambiguous=tuple(each for draft in drafts for each in draft.ambiguous),
        guarded={draft.root: draft.guard for draft in drafts if draft.guard is not None},
    )


def _reached(folder: str | os.PathLike[str], accept_missing: bool) -> tuple[Path, bool]:
    try:
        return readable_root(folder), True
    except Unavailable:
        if not accept_missing:
            raise
        return Path(os.fsdecode(folder)).absolute(), False


def _root_name(name: str) -> str:
    try:
        return check_id(name)
    except ValueError as error:
        raise InvalidValue("root", name, str(error)) from None
