"""Copying everything from one place into a store, so that both hold the same, row by row and to the letter.

Rows go over by model, in ranges of keys. A range whose digests agree is left alone; of one that differs, the rows that
differ are written as they are, and those that are not in the source are deleted. When all are done, the target is read
once more and compared with the digests of the source: that is what makes it verified.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple

from karaoke_persist.contract import Progress, Query
from karaoke_persist.errors import AlreadyExists, InvalidValue, Unavailable
from karaoke_persist.models import Record, field_of
from karaoke_persist.session import Session
from karaoke_persist.transfer.copying.canonical import digest_of, line_of
from karaoke_persist.transfer.copying.evicting import evict, in_the_way
from karaoke_persist.transfer.copying.marks import Intent, begin, combined, finish
from karaoke_persist.transfer.copying.order import in_order, self_references
from karaoke_persist.transfer.copying.sides import RANGE, Holder, Snapshot, Source
from karaoke_persist.transfer.copying.walk import Walk

ROUNDS: Final = 5
"""How often a target is gone through before it is given up as one that somebody else writes to."""


STEPS: Final = 2
"""How often each row is counted on the way: it is written, and compared."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What a copy did. A second one finds every range as it should be and rewrites none."""

    rows: Mapping[str, int]
    """How many rows there are now, by model."""
    ranges: int
    """How many ranges of 1,000 keys were compared."""
    rewritten: int
    """How many of them differed."""
    written: int
    """How many rows were written."""
    deleted: int
    """How many rows were deleted."""
    digest: str
    """The SHA-256 of everything."""


class Range(NamedTuple):
    """Rows up to a key, from after the range before."""

    last: str
    digest: bytes


def copy(source: Holder, target: Holder, *, replace: bool = False, progress: Progress | None = None) -> CopyReport:
    """Make the target hold exactly what the source holds at this moment: rows, revisions, times and all.

    The source may be written to meanwhile; what is newer is not copied. The target is refused by `open` from the first
    row on until everything was read back and compared; a copy that was interrupted goes on where the next one finds a
    difference, the target being opened with `allow_incomplete=True`. A target that holds anything else than an earlier
    copy of the same source, or was written to since, is `IllegalState`, unless `replace` says that it may go.
    """
    if source.url == target.url and source.store is target.store:
        raise InvalidValue("target", target.url, "it is the source itself; name another store")
    with source.transaction(read_only=True) as tx:
        session: Session = tx.songs.session
        rows = Snapshot(session, source.url, in_order(session.context.models))
        return take_over(rows, target, "copy", replace=replace, progress=progress)


def take_over(
    source: Source, target: Holder, kind: str, *, replace: bool = False, progress: Progress | None = None
) -> CopyReport:
    """Make the target hold what a source does, marked as incomplete until that is so."""
    begin(target, Intent(kind, source.name, source.models, replace))
    report = _Copier(source, target, progress).run()
    finish(target, bytes.fromhex(report.digest))
    return report


@dataclass(slots=True)
class _Tally:
    """What was done so far."""

    rewritten: int = 0
    written: int = 0
    deleted: int = 0


class _Copier:
    """One copy."""

    def __init__(self, source: Source, target: Holder, tell: Progress | None) -> None:
        self._source, self._target = source, target
        self._ranges: dict[type[Record], list[Range]] = {}
        self._tally = _Tally()
        self._tell, self._done = tell, 0
        self._total = STEPS * sum(source.count(model) for model in source.models)

    def run(self) -> CopyReport:
        """Write until nothing differs."""
        for _ in range(ROUNDS):
            self._write()
            if self._agrees():
                return self._report()
        url = self._target.url
        raise Unavailable(f"{url} changes while it is copied into", "Stop whoever writes to it", retryable=True)

    def _write(self) -> None:
        """Go through all models; rows that name others of their own model get these names when all are there."""
        for model in self._source.models:
            self._take_over(model, loose=self_references(model))
        for model in self._source.models:
            if self_references(model):
                self._take_over(model)

    def _take_over(self, model: type[Record], loose: Sequence[str] = ()) -> None:
        ranges = self._ranges[model] = []
        with self._walking(model) as walk:
            for batch in self._source.batches(model):
                lines = {row.key: line_of(row) for row in batch}
                ranges.append(Range(batch[-1].key, digest_of(lines.values())))
                there = walk.until(batch[-1].key)
                if not there or digest_of(there.values()) != ranges[-1].digest:
                    stale = [_loosened(row, loose) for row in batch if there.get(row.key) != lines[row.key]]
                    self._mend(model, stale, [key for key in there if key not in lines])
                self._step(len(batch))
            for there in walk.rest():
                self._mend(model, [], list(there))

    def _mend(self, model: type[Record], stale: Sequence[Record], extra: Sequence[str]) -> None:
        """Write the rows of one range that differ, and delete those that are not in the source."""
        deleted = self._target.run(lambda tx: _mended(tx.songs.session, model, stale, extra))
        self._tally.rewritten += 1
        self._tally.written += len(stale)
        self._tally.deleted += deleted

    @contextmanager
    def _walking(self, model: type[Record]) -> Iterator[Walk]:
        """The target's rows of a model; the snapshot is given up as soon as it is read to its end."""
        with ExitStack() as open_until_read:
            tx = open_until_read.enter_context(self._target.transaction(read_only=True))
            yield Walk(tx.songs.session.stream(Query(model), RANGE), open_until_read.close)

    def _agrees(self) -> bool:
        """Whether the target, read afresh, has the digests of the source, range by range, and nothing besides."""
        self._done = self._total // 2
        return all(self._model_agrees(model) for model in self._source.models)

    def _model_agrees(self, model: type[Record]) -> bool:
        with self._walking(model) as walk:
            for each in self._ranges[model]:
                there = walk.until(each.last)
                if digest_of(there.values()) != each.digest:
                    return False
                self._step(len(there))
            return next(walk.rest(), None) is None

    def _step(self, rows: int) -> None:
        self._done += rows
        if self._tell is not None:
            self._tell(min(self._done, self._total), self._total)

    def _report(self) -> CopyReport:
        digests = {model.integrity.collection: [each.digest for each in found] for model, found in self._ranges.items()}
        return CopyReport(
            rows={model.__name__: self._source.count(model) for model in self._source.models},
            ranges=sum(map(len, self._ranges.values())),
            rewritten=self._tally.rewritten,
            written=self._tally.written,
            deleted=self._tally.deleted,
            digest=combined(digests).hex(),
        )


def _mended(session: Session, model: type[Record], stale: Sequence[Record], extra: Sequence[str]) -> int:
    """How many rows had to go."""
    deleted = evict(session, model, extra)
    try:
        session.insert_verbatim(stale)
    except AlreadyExists:
        deleted += evict(session, model, in_the_way(session, model, stale))
        session.insert_verbatim(stale)
    return deleted


def _loosened(row: Record, fields: Sequence[str]) -> Record:
    """The row without the names of others of its model that are still to come; where it must name one, its own."""
    named = [name for name in fields if row.__dict__[name] is not None]
    return row.replaced({name: _nobody(row, name) for name in named}) if named else row


def _nobody(row: Record, name: str) -> str | None:
    return None if field_of(type(row), name).nullable else row.key
