"""From paths in the store to places on disk, and from the paths of older databases to ours."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from unicodedata import normalize

from karaoke_persist.errors import InvalidValue
from karaoke_persist.media.walk import native_path, state_of
from karaoke_persist.models.media import check_path

_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")


def locate(root: Path, path: str) -> Path | None:
    """Where a file is: by the exact path, composed, or decomposed. Out of the root is `InvalidValue`."""
    try:
        check_path(path)
    except (ValueError, TypeError) as error:
        raise InvalidValue("path", path, str(error)) from None
    for form in dict.fromkeys((path, normalize("NFC", path), normalize("NFD", path))):
        native = native_path(root, form)
        if state_of(native) is not None:
            return _inside(root, Path(os.fsdecode(native)), path)
    return None


def is_foreign(path: str) -> bool:
    """Whether a path is absolute, or has the separators of Windows, as older databases have them."""
    return path.startswith(("/", "\\")) or "\\" in path or _DRIVE.match(path) is not None


def mapped(root: Path, path: str) -> str | None:
    """What a path of an older database is below a root: the longest end of it that is there; None if nothing is."""
    if found_at(root, path) is not None:
        return path
    for candidate in _ends(path):
        if (found := found_at(root, candidate)) is not None:
            return os.fsencode(found.relative_to(root)).decode()
    return None


def found_at(root: Path, path: str) -> Path | None:
    """The same as `locate`; a path that leads out of the root leads nowhere."""
    try:
        return locate(root, path)
    except InvalidValue:
        return None


def _ends(path: str) -> Iterator[str]:
    """The path with our separators, and what is left of it without its first folders; never a name alone."""
    parts = [part for part in _DRIVE.sub("", path).replace("\\", "/").split("/") if part not in ("", ".")]
    return ("/".join(parts[start:]) for start in range(max(1, len(parts) - 1)))


def _inside(root: Path, place: Path, path: str) -> Path:
    if not place.resolve().is_relative_to(root.resolve()):
        raise InvalidValue("path", path, "it is a link to a place outside the library folder; copy the file there")
    return place
