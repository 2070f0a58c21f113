"""Reading archives: all of one is verified before any of it is written."""

from __future__ import annotations

import errno
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

from pydantic_core import from_json

from karaoke_persist.batches import batched
from karaoke_persist.contract import Progress
from karaoke_persist.errors import BadArchive, InvalidValue
from karaoke_persist.models import Record
from karaoke_persist.progress import Meter
from karaoke_persist.session import Session
from karaoke_persist.transfer.archives.archive import LINE_BYTES, MANIFEST, MANIFEST_BYTES, Manifest, Member
from karaoke_persist.transfer.archives.upgrades import upgraded
from karaoke_persist.transfer.copying.canonical import checked_row, trusted_row
from karaoke_persist.transfer.copying.copier import STEPS, CopyReport, take_over
from karaoke_persist.transfer.copying.order import in_order
from karaoke_persist.transfer.copying.sides import RANGE, Holder
from karaoke_persist.transfer.files import translated, unusable

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

_CHUNK: Final = 1024 * 1024


def load(
    path: str | os.PathLike[str], library: Holder, *, replace: bool = False, progress: Progress | None = None
) -> CopyReport:
    """Make an empty library hold what an archive does, revisions, times and all.

    First the whole archive is verified, every row of it: a damaged one, and one of a newer version, is `BadArchive`,
    and nothing is written; rows of an older one are brought up to date. Then it is copied as by `copy`: a library that
    is not empty is `IllegalState` unless `replace` says that its contents may go, and one whose load was interrupted
    is refused by `open` until the load is run again, with `allow_incomplete=True`.
    """
    with library.transaction(read_only=True) as tx:
        session: Session = tx.songs.session
        models = in_order(session.context.models)
    with Archive.open(path, models) as archive:
        return take_over(archive, library, "load", replace=replace, progress=archive.verify(progress))


class Archive:
    """An open archive, as a source of rows."""

    def __init__(self, path: str, file: ZipFile, models: tuple[type[Record], ...]) -> None:
        self.name = path
        self.models = models
        self._file = file
        self.manifest: Manifest = self._read_manifest()
        self._members = self._found_members()

    @classmethod
    @contextmanager
    def open(cls, path: str | os.PathLike[str], models: tuple[type[Record], ...]) -> Iterator[Self]:
        """Open a file for the time of the block."""
        from zipfile import ZipFile

        where = Path(path)
        with translated(where):
            raw = where.open("rb")
        with raw:
            with _damage(str(where), "the file"):
                file = ZipFile(raw)
            with file:
                yield cls(str(where), file, models)

    def verify(self, progress: Progress | None) -> Progress | None:
        """Read everything, and raise `BadArchive` for the first thing that is not as it should be.

        Gives the progress of the copy that follows, which goes on from here to one total.
        """
        rows = sum(map(self.count, self.models))
        meter = Meter(progress, rows + STEPS * rows)
        for model in self.models:
            last = ""
            for number, plain in enumerate(self._rows(model), 1):
                key = self._checked(model, number, plain).key
                if key <= last:
                    raise self._bad(model, number, f"the key {key!r} is not behind the one before")
                last = key
                if number % RANGE == 0:
                    meter.step(RANGE)
            meter.step(self.count(model) % RANGE)
        return progress and (lambda done, total: progress(rows + done, rows + total))

    # as a source

    def count(self, model: type[Record]) -> int:
        """How many rows there are, by the manifest."""
        member = self._members.get(model)
        return 0 if member is None else member.rows

    def batches(self, model: type[Record]) -> Iterator[Sequence[Record]]:
        """The rows, which are taken to be verified."""
        return batched((trusted_row(model, plain) for plain in self._rows(model)), RANGE)

    # from the file

    def _rows(self, model: type[Record]) -> Iterator[dict[str, Any]]:
        """The rows of a model as plain dictionaries, brought up to date, while their digest is computed."""
        member = self._members.get(model)
        if member is None:
            return
        with _damage(self.name, member.name), self._file.open(member.name) as opened:
            for number, line in enumerate(self._lines(opened, member), 1):
                yield self._plain(model, number, line)

    def _lines(self, opened: IO[bytes], member: Member) -> Iterator[bytes]:
        rows, size, digest, rest = 0, 0, sha256(), b""
        while chunk := opened.read(_CHUNK):
            size += len(chunk)
            if size > member.bytes or len(rest) > LINE_BYTES:
                raise BadArchive(self.name, member.name, "it unpacks to more than it should")
            digest.update(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            rows += len(lines)
            yield from lines
        if rest or (rows, size, digest.hexdigest()) != (member.rows, member.bytes, member.sha256):
            raise BadArchive(self.name, member.name, f"what it holds, {rows} rows, is not what the manifest says")

    def _plain(self, model: type[Record], number: int, line: bytes) -> dict[str, Any]:
        try:
            plain = from_json(line, allow_inf_nan=False)
        except ValueError as error:
            raise self._bad(model, number, f"it is not JSON ({error})") from error
        if type(plain) is not dict:
            raise self._bad(model, number, "it is not a JSON object")
        try:
            return upgraded(model.integrity.collection, plain, self.manifest.models_version)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._bad(model, number, f"it cannot be brought up to date ({error!r})") from error

    def _checked(self, model: type[Record], number: int, plain: dict[str, Any]) -> Record:
        try:
            return checked_row(model, plain)
        except InvalidValue as error:
            raise self._bad(model, number, str(error)) from error

    def _bad(self, model: type[Record], number: int, problem: str) -> BadArchive:
        return BadArchive(self.name, f"{self._members[model].name} line {number}", problem)

    def _read_manifest(self) -> Manifest:
        with _damage(self.name, MANIFEST):
            info = self._info(MANIFEST)
            with self._file.open(info) as opened:
                text = opened.read(MANIFEST_BYTES + 1)
        if len(text) > MANIFEST_BYTES:
            raise BadArchive(self.name, MANIFEST, "it is too long to be one")
        return Manifest.from_json(self.name, text)

    def _found_members(self) -> dict[type[Record], Member]:
        """The members by model; whatever the archive and its manifest disagree about is refused."""
        by_collection = {model.integrity.collection: model for model in self.models}
        members: dict[type[Record], Member] = {}
        for member in self.manifest.members:
            model = by_collection.get(member.collection)
            if model is None or model in members:
                problem = f"it names {member.collection!r}, which is unknown or there twice"
                raise BadArchive(self.name, MANIFEST, problem)
            if self._info(member.name).file_size != member.bytes:
                raise BadArchive(self.name, member.name, "its size is not what the manifest says")
            members[model] = member
        listed = {MANIFEST, *(member.name for member in members.values())}
        if unlisted := [name for name in self._file.namelist() if name not in listed]:
            raise BadArchive(self.name, unlisted[0], "the manifest does not name it")
        return members

    def _info(self, name: str) -> ZipInfo:
        from zipfile import ZIP_DEFLATED, ZIP_STORED

        found = [info for info in self._file.infolist() if info.filename == name]
        if len(found) != 1:
            raise BadArchive(self.name, name, "it is missing" if not found else "it is there twice")
        if found[0].compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise BadArchive(self.name, name, "it is compressed in a way that archives are not")
        return found[0]


@contextmanager
def _damage(path: str, place: str) -> Iterator[None]:
    """What the unpacking of damaged bytes raises, as an error that names the place."""
    from zipfile import BadZipFile

    try:
        yield
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error, ValueError) as error:
        raise BadArchive(path, place, f"it is damaged ({error})") from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # a place before the beginning of the file
            raise BadArchive(path, place, "it is damaged, and names places that are not there") from error
        raise unusable(Path(path), error) from error
