"""From a URL to the path of a file, and what can be seen of the file before it is opened."""

from __future__ import annotations

import os
from pathlib import Path

from karaoke_persist.errors import BadURL, Unavailable

FORMS = "Write sqlite:///relative.db or sqlite:////absolute/path.db."
_PREFIX = "sqlite:///"


def path_of(url: str) -> str:
    """The absolute path that a store URL names."""
    if url in ("sqlite:", "sqlite:/", "sqlite://", "sqlite:///") or url.startswith("sqlite:///:memory:"):
        raise BadURL(url, "it names no file", "For a store in memory use memory://.")
    if not url.startswith(_PREFIX):
        raise BadURL(url, "there is something between the second and the third slash", FORMS)
    path = url.removeprefix(_PREFIX)
    if "?" in path:
        raise BadURL(url, "it has a query string", "Give options as keywords of open().")
    if "\x00" in path:
        raise BadURL(url, "it holds the character NUL", FORMS)
    return str(Path(path).absolute())


def check_place(path: str) -> bool:
    """Whether the file is there; raises `Unavailable` where none could be opened or made."""
    file, folder = Path(path), Path(path).parent
    if file.is_dir():
        raise Unavailable(f"{path} is a folder", "Name a file in it, such as karaoke.db", retryable=False)
    if not folder.is_dir():
        raise Unavailable(f"the folder {folder} does not exist", "Create it first", retryable=False)
    there = file.exists()
    if there and not os.access(path, os.W_OK):
        raise Unavailable(f"{path} may not be written", "Give this user write permission on it", retryable=False)
    if not os.access(folder, os.W_OK):
        # SQLite keeps its journal beside the file.
        raise Unavailable(f"{folder} may not be written", "Give this user write permission on it", retryable=False)
    return there
