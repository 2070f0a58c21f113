"""A copy of a source that nobody else has: what is imported is read there, and the source itself is only copied."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from karaoke_persist.errors import Unavailable

_COMPANIONS: Final = ("", "-wal", "-journal")
"""What SQLite keeps beside a database: committed pages that are not in it yet, or pages to be put back."""
_ATTEMPTS: Final = 5
_PAUSE: Final = 0.2

_State = list[tuple[int, int, int] | None]


@contextmanager
def private_copy(source: str | os.PathLike[str]) -> Iterator[Path]:
    """Copy a file, with what SQLite keeps beside it, into a folder of one's own, which goes when the block ends.

    One that is absent, cannot be read, or changes all the time is `Unavailable`.
    """
    path = _readable(source)
    with tempfile.TemporaryDirectory(prefix="karaoke-persist-") as folder:  # for nobody else to enter
        yield _copied(path, Path(folder) / path.name)


def _readable(source: str | os.PathLike[str]) -> Path:
    path = Path(os.fsdecode(source)).absolute()
    if not path.exists():
        raise Unavailable(f"there is no file {path}", "Check the path; nothing was changed.", retryable=False)
    if not path.is_file():
        raise Unavailable(f"{path} is no file", "Name the file of the database; nothing was changed.", retryable=False)
    return path


def _copied(path: Path, target: Path) -> Path:
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE)
        before = _state(path)
        try:
            _copy(path, target)
        except FileNotFoundError:
            continue  # a companion went away between looking and copying
        except OSError as error:
            problem = f"{path} cannot be copied ({error.strerror or error})"
            remedy = "Check its permissions, and the room for temporary files; nothing was changed."
            raise Unavailable(problem, remedy, retryable=False) from error
        if _state(path) == before:
            return target
    remedy = "Stop the application that writes to it, and import again; nothing was changed."
    raise Unavailable(f"{path} changes while it is copied", remedy, retryable=True)


def _copy(path: Path, target: Path) -> None:
    for companion in _COMPANIONS:
        own, copy = Path(f"{path}{companion}"), Path(f"{target}{companion}")
        copy.unlink(missing_ok=True)
        if not companion or own.exists():
            shutil.copyfile(own, copy)


def _state(path: Path) -> _State:
    """What tells whether a file or one of its companions was written to."""
    found: _State = []
    for companion in _COMPANIONS:
        try:
            status = Path(f"{path}{companion}").stat()
        except FileNotFoundError:
            found.append(None)
        else:
            found.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return found
