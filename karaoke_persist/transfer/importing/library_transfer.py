"""`library.transfer`: bringing in what other applications have."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Unpack

from karaoke_persist.contract import Importers
from karaoke_persist.errors import InvalidValue
from karaoke_persist.transfer.importing.options import Format, ImportChoices, ImportOptions, Runner
from karaoke_persist.transfer.importing.outcomes import ImportOutcome

OKS: Final = "oks"


class LibraryTransfer:
    """Bringing in what other applications have.

    Whatever `on_error` says, it raises: what cannot be read is `Unavailable` or `DataCorrupt`, what is no file of the
    format `InvalidValue`, and then nothing is changed. Rows that cannot be saved raise nothing: they are quarantined.
    """

    def __init__(self, runner: Runner, importers: Importers) -> None:
        self._runner, self._importers = runner, importers

    @property
    def importers(self) -> Importers:
        """The formats that can be imported, by name: our own, and those of plugins."""
        return self._importers

    def import_oks(self, path: str | os.PathLike[str], **options: Unpack[ImportOptions]) -> ImportOutcome:
        """Import a database of Open Karaoke Studio, of whatever version: songs, users, jobs, and the queue.

        The file is copied, with its `-wal`, and read there. Run again, it changes nothing: what was changed here since
        stays, and what was deleted stays so. `ImportOptions` are the options.
        """
        return self.import_file(OKS, path, **options)

    def migrate_existing_data(self, path: str | os.PathLike[str], **options: Unpack[ImportOptions]) -> ImportOutcome:
        """The same as `import_oks`."""
        return self.import_oks(path, **options)

    def import_file(self, form: str, path: str | os.PathLike[str], **options: Unpack[ImportOptions]) -> ImportOutcome:
        """Import a file of another format, one of `importers`."""
        from karaoke_persist.transfer.importing.run import run_import  # importing this package should be quick

        if form not in self._importers:
            raise InvalidValue("format", form, f"there is no importer of it; there are {', '.join(self._importers)}")
        choices = ImportChoices.from_options(options)
        return run_import(
            self._runner, Format(form, self._importers[form]), Path(os.fsdecode(path)).absolute(), choices
        )
