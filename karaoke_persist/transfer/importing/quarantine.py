"""The file of the rows that could not be imported: one JSON object a line, whole and with the reason."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from karaoke_persist.contract.importing import Raw
from karaoke_persist.errors import Unavailable
from karaoke_persist.transfer.importing.source.columns import plain


class Quarantine:
    """Written beside its place, and put there when the import is done and something is in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = 0

    def __enter__(self) -> Self:
        try:
            # A draft of one's own, for nobody else to read: rows of users hold hashes of passwords.
            descriptor, draft = tempfile.mkstemp(".part", f"{self._path.name}.", self._path.parent)
        except OSError as error:
            problem = f"quarantined rows cannot be written to {self._path} ({error.strerror or error})"
            raise Unavailable(problem, "Name another file for them; nothing was changed.", retryable=False) from error
        self._draft = Path(draft)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None and self._rows:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)

    @property
    def path(self) -> Path | None:
        """Where the rows are, if there are any."""
        return self._path if self._rows else None

    def add(self, table: str, row: str, reason: str, raw: Raw) -> None:
        """Write a row down."""
        values: dict[str, Any] = {name: plain(value) for name, value in raw.items()}
        line = json.dumps({"table": table, "row": row, "reason": reason, "values": values}, ensure_ascii=False)
        self._file.write(line + "\n")
        self._rows += 1


class NoQuarantine(Quarantine):
    """For a dry run, which writes nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    @property
    def path(self) -> Path | None:
        """Nowhere."""
        return None

    def add(self, table: str, row: str, reason: str, raw: Raw) -> None:
        """Only count along."""
