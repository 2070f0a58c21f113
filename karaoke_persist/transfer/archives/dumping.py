"""Writing archives."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from karaoke_persist.contract import Progress
from karaoke_persist.errors import InvalidValue
from karaoke_persist.models import MODELS_VERSION, Credential, Record
from karaoke_persist.progress import Meter
from karaoke_persist.session import Session
from karaoke_persist.transfer.archives.archive import LINE_BYTES, MANIFEST, Manifest, Member
from karaoke_persist.transfer.copying.canonical import line_of
from karaoke_persist.transfer.copying.order import in_order
from karaoke_persist.transfer.copying.sides import Holder, Snapshot, Source
from karaoke_persist.transfer.files import new_file

if TYPE_CHECKING:
    from zipfile import ZipFile

LEVEL: Final = 3
"""Of compression: twice as fast as the usual 6, and hardly larger."""
Batch = list[bytes]


@dataclass(frozen=True, slots=True)
class DumpReport:
    """What was written."""

    path: str
    rows: Mapping[str, int]
    """How many rows of each collection."""
    size: int
    """Of the file, in bytes."""


def dump(
    library: Holder, path: str | os.PathLike[str], *, credentials: bool = True, progress: Progress | None = None
) -> DumpReport:
    """Write everything that the library holds at this moment into one archive, a new file of mode 0600.

    Others may write meanwhile; what is newer is not in it. Without `credentials`, hashes of passwords are left out, and
    after a load nobody can log in until a password is set.
    """
    with library.transaction(read_only=True) as tx:
        session: Session = tx.songs.session
        models = tuple(each for each in in_order(session.context.models) if credentials or each is not Credential)
        source = Snapshot(session, library.url, models)
        schema = library.store.schema().found or ""
        about = Manifest(MODELS_VERSION, schema, software(), session.context.clock().isoformat(), credentials, ())
        return write_archive(Path(path), about, _members(source, progress))


def write_archive(path: Path, about: Manifest, members: Iterable[tuple[type[Record], Iterable[Batch]]]) -> DumpReport:
    """Write the lines of each model, and last the manifest, now that all is counted."""
    from zipfile import ZIP_DEFLATED, ZipFile

    with new_file(path) as unfinished:
        with ZipFile(unfinished, "w", ZIP_DEFLATED, compresslevel=LEVEL) as file:
            written = [_add(file, model.integrity.collection, batches) for model, batches in members]
            manifest = replace(about, members=tuple(written))
            with file.open(MANIFEST, "w") as out:
                out.write(manifest.to_json())
        size = unfinished.stat().st_size
    return DumpReport(str(path), {member.collection: member.rows for member in written}, size)


def lines_of(rows: Iterable[Record]) -> Batch:
    """The lines of rows, each short enough to be read again."""
    lines = [line_of(row) + b"\n" for row in rows]
    if max(map(len, lines), default=0) > LINE_BYTES:
        row = next(row for row, line in zip(rows, lines, strict=True) if len(line) > LINE_BYTES)
        raise InvalidValue(type(row).__name__, row.key, f"it is longer than {LINE_BYTES} bytes; shorten it")
    return lines


def _members(source: Source, tell: Progress | None) -> Iterator[tuple[type[Record], Iterator[Batch]]]:
    meter = Meter(tell, sum(map(source.count, source.models)))

    def lines(model: type[Record]) -> Iterator[Batch]:
        for rows in source.batches(model):
            yield lines_of(rows)
            meter.step(len(rows))

    return ((model, lines(model)) for model in source.models)


def _add(file: ZipFile, collection: str, batches: Iterable[Batch]) -> Member:
    name, rows, size, digest = f"{collection}.jsonl", 0, 0, sha256()
    with file.open(name, "w", force_zip64=True) as out:
        for batch in batches:
            data = b"".join(batch)
            digest.update(data)
            out.write(data)
            rows, size = rows + len(batch), size + len(data)
    return Member(name, collection, rows, size, digest.hexdigest())


def software() -> str:
    """What writes, with its version."""
    return f"karaoke-persist {version('karaoke-persist')}"
