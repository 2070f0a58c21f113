"""Which files a library folder holds: regular files at or below it, and a word on what had to be left out.

Names are bytes to the system and UTF-8 text to the library, whatever the locale says.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from karaoke_persist.errors import Unavailable

_LITTER: Final = frozenset(
    {b"__macosx", b"@eadir", b"#recycle", b"$recycle.bin", b"system volume information", b"lost+found"}
)


class Unreadable(NamedTuple):
    """Something in a library folder that could not become part of a song, and why."""

    path: str
    """Relative to the root, with `/`; bytes that are not UTF-8 are spelled `\\xff`."""
    reason: str


@dataclass(frozen=True, slots=True)
class Directory:
    """A folder below the root, and the regular files in it by name."""

    path: str
    """Relative to the root with `/`, exactly as the system lists it; empty for the root itself."""
    files: tuple[str, ...]
    links: frozenset[str] = frozenset()
    """Those of the files that are links to a file elsewhere below the root."""

    def place(self, name: str) -> str:
        """Where a file of this folder is, relative to the root."""
        return _join(self.path, name)


@dataclass(slots=True)
class Tree:
    """What a walk found, folders in the order of their paths."""

    root: Path
    directories: list[Directory] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    """Folders that could not be listed: what they hold is unknown, not gone."""

    @property
    def name(self) -> str:
        """What the root is called on disk."""
        return os.fsencode(self.root.name).decode("utf-8", "replace")

    def native(self, path: str) -> bytes:
        """A path relative to the root as the system wants it."""
        return os.path.join(os.fsencode(self.root), path.encode())  # noqa: PTH118 - a Path cannot hold bytes

    def files(self) -> frozenset[str]:
        """Every file, relative to the root."""
        return frozenset(directory.place(name) for directory in self.directories for name in directory.files)


def readable_root(folder: str | os.PathLike[str]) -> Path:
    """The real place of a library folder. One that is absent, no folder, or cannot be listed is `Unavailable`."""
    path = Path(os.fsdecode(folder)).absolute()
    try:
        real = path.resolve(strict=True)
        with os.scandir(real):
            return real
    except NotADirectoryError:
        raise _no_root(path, "is a file, not a folder", "Name the folder that holds the songs") from None
    except FileNotFoundError:
        raise _no_root(path, "is not there", "Check the path, and whether its drive is mounted") from None
    except (OSError, ValueError, RuntimeError) as error:  # what loops is a RuntimeError before Python 3.13
        raise _no_root(path, f"cannot be read ({reason_of(error)})", "Check its permissions") from error


def walk(root: Path) -> Tree:
    """List everything below a root that `readable_root` gave. Links to folders are not followed, so nothing loops."""
    tree, waiting = Tree(root), [""]
    while waiting:
        path = waiting.pop()
        try:
            entries = _entries(tree.native(path))
        except OSError as error:
            _require_root(root, path, error)
            tree.unlisted.append(path)
            tree.unreadable.append(Unreadable(path, f"the folder cannot be listed: {reason_of(error)}"))
            continue
        folders = _Listing(tree, path).sort(entries)
        waiting += reversed(folders)
    return tree


def reason_of(error: Exception) -> str:
    """What went wrong, without the path that the reader has at hand."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


class _Listing:
    """Sorts the entries of one folder into files, folders and what cannot be used."""

    def __init__(self, tree: Tree, path: str) -> None:
        self._tree, self._path = tree, path
        self._files: list[str] = []
        self._links: set[str] = set()
        self._folders: list[str] = []

    def sort(self, entries: list[os.DirEntry[bytes]]) -> list[str]:
        """Add the folder to the tree; the folders below it, in order."""
        for entry in entries:
            try:
                self._take(entry)
            except OSError as error:
                self._refuse(entry, reason_of(error))
        self._tree.directories.append(Directory(self._path, tuple(self._files), frozenset(self._links)))
        return self._folders

    def _take(self, entry: os.DirEntry[bytes]) -> None:
        try:
            name = entry.name.decode()
        except UnicodeDecodeError:
            self._refuse(entry, "its name is not UTF-8; rename it")
            return
        if _is_link(entry):
            self._take_link(entry, name)
        elif entry.is_dir(follow_symlinks=False):
            self._folders.append(_join(self._path, name))
        elif entry.is_file(follow_symlinks=False):
            self._files.append(name)

    def _take_link(self, entry: os.DirEntry[bytes], name: str) -> None:
        target = Path(os.fsdecode(os.path.realpath(entry.path)))
        if not target.is_relative_to(self._tree.root):
            self._refuse(entry, "it is a link to a place outside the library folder, and not followed")
        elif stat.S_ISREG(target.stat().st_mode):
            self._files.append(name)
            self._links.add(name)

    def _refuse(self, entry: os.DirEntry[bytes], reason: str) -> None:
        self._tree.unreadable.append(Unreadable(_join(self._path, _shown(entry.name)), reason))


def _entries(folder: bytes) -> list[os.DirEntry[bytes]]:
    with os.scandir(folder) as listing:
        return sorted((entry for entry in listing if not _is_litter(entry.name)), key=lambda entry: entry.name)


def _is_litter(name: bytes) -> bool:
    return name.startswith(b".") or name.lower() in _LITTER


def _is_link(entry: os.DirEntry[bytes]) -> bool:
    is_junction = getattr(entry, "is_junction", bool)  # Windows, from Python 3.12 on
    return entry.is_symlink() or is_junction()


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _shown(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def _require_root(root: Path, path: str, error: OSError) -> None:
    """A root that went away since it was checked is an error, not an empty library."""
    if not path:
        raise _no_root(root, f"cannot be read ({reason_of(error)})", "Check its drive and permissions") from error


def _no_root(path: Path, problem: str, remedy: str) -> Unavailable:
    shown = _shown(os.fsencode(path))
    return Unavailable(f"the library folder {shown!r} {problem}", f"{remedy}; nothing was changed.", retryable=False)
