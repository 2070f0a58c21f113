"""The file: a line that says what it is, then one line for each commit, with a checksum.

A line counts when its newline is there and its checksum holds. A last line that does not count is of a commit that
never returned: readers pass it over, and the next writer cuts it off.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from zlib import crc32

from karaoke_persist.errors import Busy, CommitUnknown, DataCorrupt, SchemaMismatch, Unavailable
from karaoke_persist.models import Kind, Record, fields_of, freeze
from rpds import HashTrieMap

FORMAT = 1
Table: TypeAlias = "HashTrieMap[str, Any]"
EMPTY: Table = HashTrieMap()


class Version(NamedTuple):
    """What a journal holds up to a place in it. Immutable: whoever has one has a snapshot."""

    end: int
    tables: Mapping[str, Table]


class Journal:
    """A journal by its path."""

    def __init__(self, path: Path, models: Iterable[type[Record]]) -> None:
        self.path = path
        self.models = {model.integrity.collection: model for model in models}
        self._known = Version(0, {})  # threads replace it without a lock: at worst a line is read twice

    def format(self) -> int | None:
        """The format of the file, or None if it is absent or empty."""
        with self._reached(), suppress(FileNotFoundError), self.path.open("rb") as file:
            first = file.readline(80)
            if match := re.fullmatch(rb"karaoke-persist-journal (\d+)\n", first):
                return int(match[1])
            if first:
                raise DataCorrupt(str(self.path), "it is not a karaoke-persist journal")
        return None

    def create(self, timeout: float) -> None:
        """Make an empty journal, unless somebody else just did."""
        with self._reached():
            self.path.touch()
            with self.lock(timeout) as file:
                if not file.seek(0, os.SEEK_END):
                    file.write(b"karaoke-persist-journal %d\n" % FORMAT)
                    os.fsync(file.fileno())
                self.unlock(file)
            folder = os.open(self.path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)

    def lock(self, timeout: float) -> io.FileIO:
        """Open the file as its only writer, among threads and processes."""
        deadline = time.monotonic() + timeout
        with self._reached():
            file = io.FileIO(self.path, "r+")
            try:
                while True:
                    with suppress(BlockingIOError):
                        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        return file
                    if time.monotonic() >= deadline:
                        raise Busy(f"the writer of {self.path}", timeout)
                    time.sleep(0.002)
            except BaseException:
                file.close()
                raise

    def unlock(self, file: io.FileIO) -> None:
        """Let the next writer in, also if a forked child has the file open too."""
        with suppress(OSError), file:
            fcntl.flock(file, fcntl.LOCK_UN)

    def latest(self, writer: io.FileIO | None) -> Version:
        """Everything that is committed: what is known already, and the lines after it."""
        with self._reached():
            if writer is None:
                with io.FileIO(self.path) as file:
                    self._known = known = self._read(file)
            else:
                self._known = known = self._read(writer)
                writer.truncate(known.end)
        return known

    def append(self, file: io.FileIO, base: Version, tables: Mapping[str, Table], changes: Mapping[str, Any]) -> None:
        """Commit: one line, synced. `tables` is what `base` becomes by the changes."""
        body = json.dumps(changes, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()
        rest = line = b"%08x %s\n" % (crc32(body), body)
        with self._reached():
            try:
                file.seek(base.end)
                while rest:
                    rest = rest[file.write(rest) or 0 :]
            except OSError:
                file.truncate(base.end)  # the newline comes last: nobody has seen this line
                raise
        try:
            os.fsync(file.fileno())
        except OSError as error:
            raise CommitUnknown(f"{self.path} could not be synced: {error.strerror}") from error
        self._known = Version(base.end + len(line), tables)

    def _read(self, file: io.FileIO) -> Version:
        known = self._known
        if file.seek(0, os.SEEK_END) < known.end:  # an older copy was put in its place
            known = Version(0, {})
        file.seek(known.end)
        *lines, unfinished = file.readall().split(b"\n")
        end, tables = known.end, dict(known.tables)
        for number, line in enumerate(lines, 1):
            if end and line[:9] != b"%08x " % crc32(line[9:]):
                if number == len(lines) and not unfinished:
                    break
                raise DataCorrupt(f"{self.path}, byte {end}", "the checksum of the line does not fit")
            for collection, rows in json.loads(line[9:]).items() if end else ():
                tables[collection] = self._applied(collection, tables.get(collection, EMPTY), rows)
            end += len(line) + 1
        return known if end == known.end else Version(end, tables)

    def _applied(self, collection: str, table: Table, rows: Mapping[str, Any]) -> Table:
        for key, row in rows.items():
            table = table.discard(key) if row is None else table.insert(key, self._decoded(collection, row))
        return table

    def _decoded(self, collection: str, row: Mapping[str, Any]) -> Any:
        model = self.models.get(collection)
        if model is None:
            return row  # of a model that this program does not use
        if not row.keys() <= model.model_fields.keys():  # rewriting the row would lose what is unknown here
            raise SchemaMismatch("ahead", "newer", str(FORMAT), f"journal:///{self.path}")
        return model.trusted({field.name: _value(model, field.name, field.kind, row) for field in fields_of(model)})

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            remedy = "Check that the folder is there, may be written to, and has room."
            raise Unavailable(f"{self.path}: {error.strerror or error}", remedy, retryable=False) from error


def _value(model: type[Record], name: str, kind: Kind, row: Mapping[str, Any]) -> Any:
    value = row.get(name, model.model_fields[name].default)
    if kind is Kind.TIME:
        return value and datetime.fromisoformat(value)
    return freeze(value) if kind in (Kind.LIST, Kind.OBJECT, Kind.JSON) else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value.__dict__
