"""Files that appear whole or not at all, and that nobody else may read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest
from pathlib import Path
from typing import Final

from karaoke_persist.errors import Unavailable

UNFINISHED: Final = ".partial"


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to, with mode 0600; at the end it is on the disk and has the name."""
    if path.exists():
        raise Unavailable(f"{path} is there already", "Choose another name", retryable=False)
    with translated(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=UNFINISHED, dir=path.parent)
    os.close(handle)
    unfinished = Path(name)
    try:
        with translated(path):
            yield unfinished
            _sync(unfinished)
            unfinished.rename(path)
            _sync(path.parent)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """What the file system refuses, as an error that says so of this file."""
    try:
        yield
    except OSError as error:
        raise unusable(path, error) from error


def unusable(path: Path, error: OSError) -> Unavailable:
    """The error of this package for one of the file system."""
    problem = f"{path} cannot be used: {error.strerror or error}"
    return Unavailable(problem, "Check the disk, the folder and its permissions", retryable=False)


def check_readable(path: Path) -> None:
    """Raise `Unavailable` for a file that cannot be read."""
    with translated(path), path.open("rb"):
        pass


def sha256_of_file(path: Path) -> str:
    """The checksum of a file, in hexadecimal digits."""
    with translated(path), path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
