"""Paths as other applications keep them, made relative to the library folder."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from karaoke_persist.models.media import PATH_BYTES

_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE: Final = re.compile(r"[A-Za-z]:[/\\]|\\\\")


class Mapped(NamedTuple):
    """A path within the library, or None, and what is to be said of it."""

    path: str | None
    note: str


def mapped_path(text: str, *, root: str | None = None, folder: str | None = None) -> Mapped:
    """Make a path relative to the library folder.

    `root` is where that folder was. Without it, `folder` is a folder right below it whose name tells where it begins.
    """
    if _ADDRESS.match(text):
        return Mapped(None, "it is an address, no file of the library")
    slashed = _slashed(text)
    notes = [] if slashed == text else ["backslashes became slashes"]
    if slashed.startswith("/") or _DRIVE.match(slashed):
        relative = _below(slashed, root, folder)
        if relative is None:
            return Mapped(None, "the path is absolute, and not below a library folder that is known")
        notes.append("the absolute path became relative")
        slashed = relative
    parts = [part for part in slashed.split("/") if part not in ("", ".")]
    if ".." in parts or not parts:
        return Mapped(None, "the path leads out of the library folder")
    path = "/".join(parts)
    if len(path.encode()) > PATH_BYTES:
        return Mapped(None, "the path is longer than any system allows")
    return Mapped(path, ", ".join(notes))


def _slashed(text: str) -> str:
    """With slashes, unless a backslash is part of a name on a system that allows it."""
    return text.replace("\\", "/") if _DRIVE.match(text) or "/" not in text else text


def _below(path: str, root: str | None, folder: str | None) -> str | None:
    if root is not None:
        start = _slashed(root).rstrip("/") + "/"
        if path.startswith(start) or (_DRIVE.match(root) and path.lower().startswith(start.lower())):
            return path[len(start) :]
    if folder:
        _, found, after = path.rpartition(f"/{folder}/")
        if found:
            return f"{folder}/{after}"
    return None
