"""One run of an import: table by table, in batches, each of them one transaction with its part of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

from karaoke_persist.batches import batched
from karaoke_persist.contract.importing import Conversion, Draft, OpenedSource, Raw, SourceTable
from karaoke_persist.errors import InvalidValue, KaraokePersistError, PluginBroken
from karaoke_persist.models import ImportedRow, ImportSource
from karaoke_persist.models.text import ID_BYTES
from karaoke_persist.session import Session
from karaoke_persist.transfer.importing import BATCH, ledger
from karaoke_persist.transfer.importing.kinds import Decision, Item, Planned, decided, written
from karaoke_persist.transfer.importing.options import Format, ImportChoices, Runner
from karaoke_persist.transfer.importing.outcomes import ImportOutcome, RowNote, Tally
from karaoke_persist.transfer.importing.quarantine import NoQuarantine, Quarantine
from karaoke_persist.transfer.importing.source.private_copy import private_copy

_NOT_IN: Final = ("quarantined", "kept", "unchanged")
"""What becomes of rows of which nothing came in now, so that nothing was repaired either."""


class _Row(NamedTuple):
    """A row as it was read."""

    key: str
    raw: Raw
    hash: str


def run_import(runner: Runner, form: Format, path: Path, choices: ImportChoices) -> ImportOutcome:
    """Import a file, and say what became of each row."""
    place = choices.quarantine or path.with_name(f"{path.name}.quarantine.jsonl")
    with private_copy(path) as copy, _opened(form, copy, choices) as opened:
        source = runner.run_in_session(lambda session: _named(session, form, path, opened, choices), read_only=True)
        with (NoQuarantine if choices.dry_run else Quarantine)(place) as quarantine:
            run = _Run(runner, form, ImportSource(id=source, format=form.name, path=str(path)), choices, quarantine)
            run.tables(opened)
        return ImportOutcome(
            format=form.name,
            source=source,
            dry_run=choices.dry_run,
            tables=run.tally.tables(),
            notes=tuple(run.tally.notes),
            unread=dict(opened.unread),
            quarantine=quarantine.path,
        )


class _Run:
    """An import under way."""

    def __init__(
        self, runner: Runner, form: Format, source: ImportSource, choices: ImportChoices, quarantine: Quarantine
    ) -> None:
        self._runner, self._form, self._source = runner, form, source
        self._choices, self._quarantine = choices, quarantine
        self._planned = Planned()
        self._seen: set[str] = set()
        """Rows that came in, where keys may come twice."""
        self._listed: set[str] = set()
        """All rows of a catalogue."""
        self._read = 0
        self.tally = Tally()

    def tables(self, opened: OpenedSource) -> None:
        """Import every table."""
        total = sum(table.total for table in opened.tables)
        self._tell(total)
        for table in opened.tables:
            self.tally.begin(table.name)
            for batch in batched(self._rows(table), BATCH):
                self._batch(table, batch)
                self._tell(total)
        if self._form.importer.catalogue is not None:
            self._report_gone()

    def _rows(self, table: SourceTable) -> Iterator[_Row]:
        for key, raw in table.rows():
            self._read += 1
            self.tally.count(table.name, "read")
            yield _Row(_storable_key(key), raw, ledger.row_hash(raw, self._choices.settings))

    def _batch(self, table: SourceTable, rows: Sequence[_Row]) -> None:
        ids = [ledger.entry_id(self._source.id, table.name, row.key) for row in rows]
        known = self._runner.run_in_session(lambda session: dict(ledger.entries(session, ids)), read_only=True)
        items = [item for row, key in zip(rows, ids, strict=True) for item in self._looked_at(table, row, key, known)]
        if items:
            decisions = self._stored(items)
            self.tally.count(table.name, "unchanged", len(items) - len(decisions))  # brought in by somebody else
            for decision in decisions:
                self._settle(decision)

    def _looked_at(self, table: SourceTable, row: _Row, key: str, known: Mapping[str, ImportedRow]) -> list[Item]:
        """The row on its way in, or nothing if it was imported before, cannot be, or repeats one that can."""
        entry = known.get(key)
        if self._form.importer.catalogue is not None:
            self._listed.add(key)
        if key in self._seen:
            self._refuse(table, row, f"the key {row.key!r} came before")
            return []
        if entry is not None and entry.row_hash == row.hash:
            self.tally.count(table.name, "unchanged")
            found = []
        else:
            found = self._converted(table, row, entry)
        if not table.distinct and (found or entry is not None):
            self._seen.add(key)
        return found

    def _converted(self, table: SourceTable, row: _Row, entry: ImportedRow | None) -> list[Item]:
        conversion = Conversion(self._source.id, self._choices.settings)
        try:
            draft = table.convert(row.raw, conversion)
        except InvalidValue as error:
            self._refuse(table, row, str(error))
            return []
        except KaraokePersistError:
            raise
        except Exception as error:
            raise PluginBroken(
                self._form.name, f"converting row {row.key!r} of {table.name} raised {error!r}"
            ) from error
        if not isinstance(draft, Draft):
            raise PluginBroken(self._form.name, f"row {row.key!r} of {table.name} became {draft!r}, which is no draft")
        return [Item(table.name, row.key, row.raw, row.hash, draft, conversion, entry)]

    def _stored(self, items: list[Item]) -> list[Decision]:
        """Decide about a batch and do it, in one transaction; in a dry run, only decide."""
        decisions: list[Decision]
        if self._choices.dry_run:
            decisions = self._runner.run_in_session(
                lambda session: decided(session, items, self._planned), read_only=True
            )
            return decisions

        def store(session: Session) -> list[Decision]:
            if session.get(ImportSource, self._source.id) is None:
                session.insert(self._source)
            made = decided(session, _still_new(session, items), Planned())
            written(session, made)
            return made

        decisions = self._runner.run_in_session(store)
        return decisions

    def _settle(self, decision: Decision) -> None:
        item, action = decision.item, decision.action
        for reason in (note.reason for note in decision.notes if note.kind == "quarantined"):
            self._quarantine.add(item.table, item.row, reason, item.raw)
        repairs = [] if action in _NOT_IN else item.conversion.repairs
        notes = [RowNote(item.table, item.row, "repaired", *repair) for repair in repairs]
        self.tally.add(item.table, action, [*notes, *decision.notes])

    def _refuse(self, table: SourceTable, row: _Row, reason: str) -> None:
        self._quarantine.add(table.name, row.key, reason, row.raw)
        self.tally.add(table.name, "quarantined", [RowNote(table.name, row.key, "quarantined", None, reason)])

    def _report_gone(self) -> None:
        listed, source = self._listed, self._source.id
        gone = self._runner.run_in_session(lambda session: ledger.gone_rows(session, source, listed), read_only=True)
        for table, key, target in gone:
            self.tally.begin(table)
            self.tally.count(table, "gone")
            self.tally.notes.append(RowNote(table, key, "gone", None, f"it is listed no more; {target!r} stays"))

    def _tell(self, total: int) -> None:
        if self._choices.progress is not None:
            self._choices.progress(self._read, max(total, self._read))


@contextmanager
def _opened(form: Format, copy: Path, choices: ImportChoices) -> Iterator[OpenedSource]:
    """The source; what its importer raises, other than our own errors, is its fault."""
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(form.importer.open(copy, choices.settings))
        except (KaraokePersistError, OSError):
            raise
        except Exception as error:
            raise PluginBroken(form.name, f"opening {copy.name} raised {error!r}") from error
        if not isinstance(opened, OpenedSource):
            raise PluginBroken(form.name, f"open gave {opened!r}, which is no OpenedSource")
        guarded = [replace(table, rows=partial(_guarded, form.name, table.rows)) for table in opened.tables]
        yield replace(opened, tables=guarded)


def _named(session: Session, form: Format, path: Path, opened: OpenedSource, choices: ImportChoices) -> str:
    """The name of the source: as it was given, as it is known, or a new one."""
    fixed = form.importer.catalogue or choices.source
    if fixed is not None:
        there = session.get(ImportSource, fixed)
        if there is not None and there.format != form.name:
            raise InvalidValue("source", fixed, f"it names a source of the format {there.format}; choose another name")
        return fixed
    name = f"{form.name}:{path.name}".encode("utf-8", "replace")[: ID_BYTES - 10].decode("utf-8", "ignore")
    place = ImportSource(id=name, format=form.name, path=str(path))
    known = ledger.known_again(session, place, opened, choices.settings)
    if known is not None:
        return known
    names = (name if number == 1 else f"{name} ({number})" for number in count(1))
    return next(each for each in names if not ledger.is_taken(session, each))


def _still_new(session: Session, items: list[Item]) -> list[Item]:
    """Without those that somebody else has imported meanwhile."""
    there = ledger.entries(session, [item.entry_id for item in items])
    return [item for item in items if item.entry_id not in there or there[item.entry_id] == item.entry]


def _guarded(form: str, rows: Callable[[], Iterable[tuple[str, Raw]]]) -> Iterator[tuple[str, Raw]]:
    """The rows of an importer, in the same way."""
    iterator: Iterator[tuple[str, Raw]] | None = None
    while True:
        try:
            iterator = iterator or iter(rows())
            given = next(iterator, None)
        except (KaraokePersistError, OSError):
            raise
        except Exception as error:
            raise PluginBroken(form, f"reading its rows raised {error!r}") from error
        if given is None:
            return
        yield given


def _storable_key(key: str) -> str:
    return key.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
