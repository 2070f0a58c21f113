"""Which files a library folder holds: regular files at or below it, and a word on what had to be left out.

Names are bytes to the system and UTF-8 text to the library, whatever the locale says.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple, cast

from karaoke_persist.errors import Unavailable
from karaoke_persist.models.media import PATH_BYTES

_LITTER: Final = frozenset(
    {b"__macosx", b"@eadir", b"#recycle", b"$recycle.bin", b"system volume information", b"lost+found"}
)
_INT64: Final = 2**63
GONE: Final = (FileNotFoundError, NotADirectoryError)
"""What the system says of a place where nothing is. Whatever else it says, something may be there."""


class Unreadable(NamedTuple):
    """Something in a library folder that could not become part of a song, and why."""

    path: str
    """Relative to the root, with `/`; bytes that are not UTF-8 are spelled `\\xff`."""
    reason: str


class FileState(NamedTuple):
    """What the system says of a file without opening it. Two numbers wrap round where they need more than 63 bits."""

    size: int
    mtime_ns: int
    device: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> FileState:
        """The state in an answer of the system."""
        return cls(found.st_size, found.st_mtime_ns, _signed(found.st_dev), _signed(found.st_ino))

    def is_content_of(self, size: int, mtime_ns: int) -> bool:
        """Whether the contents are, by all that can be seen from outside, those of before."""
        return self.size == size and self.mtime_ns == mtime_ns


@dataclass(frozen=True, slots=True)
class Directory:
    """A folder below the root, and what the system says of the regular files in it, by name."""

    path: str
    """Relative to the root with `/`, exactly as the system lists it; empty for the root itself."""
    files: dict[str, os.stat_result | FileState]
    """Of those whose states were asked for these alone, which take a third of the room."""
    links: frozenset[str] = frozenset()
    """Those of the files that are links to a file elsewhere below the root."""

    def place(self, name: str) -> str:
        """Where a file of this folder is, relative to the root."""
        return _join(self.path, name)

    def state(self, name: str) -> FileState:
        """The state of a file."""
        found = self.files[name]
        if not isinstance(found, FileState):
            found = self.files[name] = FileState.of(found)
        return found


@dataclass(slots=True)
class Tree:
    """What a walk found, folders in the order of their paths."""

    root: Path
    directories: list[Directory] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    """Folders that could not be listed, and files that could not be looked at: they are unknown, not gone."""

    @property
    def name(self) -> str:
        """What the root is called on disk."""
        return os.fsencode(self.root.name).decode("utf-8", "replace")

    def native(self, path: str) -> bytes:
        """A path relative to the root as the system wants it."""
        return native_path(self.root, path)

    def may_hold(self, path: str) -> bool:
        """Whether a file may be there, although it was not seen."""
        return any(path == unseen or path.startswith(f"{unseen}/") for unseen in self.unseen)

    def files(self) -> Iterator[tuple[str, FileState]]:
        """Every file, relative to the root."""
        for directory in self.directories:
            for name in directory.files:
                yield directory.place(name), directory.state(name)

    def leave_out(self, paths: Collection[str]) -> None:
        """Take files out of it, such as those that are still to go."""
        for directory in self.directories if paths else ():
            for name in [name for name in directory.files if directory.place(name) in paths]:
                del directory.files[name]

    def digest(self, *more: str) -> str:
        """What changes when any file does: its path, size or time. Asked for before any state is."""
        made = blake2b(repr((more, sorted(self.unseen))).encode(), digest_size=16)
        for directory in self.directories:
            files = cast("dict[str, os.stat_result]", directory.files).items()
            lines = [f"{name}\0{found.st_size}\0{found.st_mtime_ns}" for name, found in files]
            made.update("\n".join([f"/{directory.path}", *lines, ""]).encode())
        return made.hexdigest()


def native_path(root: Path, path: str) -> bytes:
    """A path relative to a root as the system wants it."""
    return os.path.join(os.fsencode(root), path.encode())  # noqa: PTH118 - a Path cannot hold bytes


def state_of(path: bytes) -> FileState | None:
    """The state of a regular file as it is now, through links; None if there is none, or it cannot be said."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path cannot hold bytes
    except (OSError, ValueError):
        return None
    return FileState.of(found) if stat.S_ISREG(found.st_mode) else None


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


def walk(root: Path, endings: Collection[str]) -> Tree:
    """List the files with these endings below a root that `readable_root` gave. Links to folders are not followed."""
    tree, waiting = Tree(root), [""]
    lister = _Lister(tree, frozenset(ending.encode() for ending in endings))
    while waiting:
        path = waiting.pop()
        try:
            entries = _entries(tree.native(path))
        except OSError as error:
            _require_root(root, path, error)
            tree.unseen.append(path)
            tree.unreadable.append(Unreadable(path, f"the folder cannot be listed: {reason_of(error)}"))
            continue
        waiting += reversed(lister.sort(path, entries))
    return tree


def reason_of(error: Exception) -> str:
    """What went wrong, without the path that the reader has at hand."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


class _Lister:
    """Sorts the entries of folders into files, folders and what cannot be used."""

    def __init__(self, tree: Tree, endings: frozenset[bytes]) -> None:
        self._tree, self._endings = tree, endings

    def sort(self, path: str, entries: list[os.DirEntry[bytes]]) -> list[str]:
        """Add the folder to the tree; the folders below it, in order."""
        files: dict[str, os.stat_result | FileState] = {}
        links: set[str] = set()
        folders: list[str] = []
        for entry in entries:
            raw = entry.name
            try:  # this loop is most of a sync in which nothing changed
                if entry.is_file(follow_symlinks=False):
                    if raw[raw.rfind(b".") :].lower() in self._endings:
                        files[raw.decode()] = entry.stat(follow_symlinks=False)
                elif _is_link(entry):
                    if (found := self._linked(path, entry)) is not None:
                        files[raw.decode()] = found
                        links.add(raw.decode())
                elif entry.is_dir(follow_symlinks=False) and raw.lower() not in _LITTER:
                    folders.append(_join(path, raw.decode()))
            except UnicodeDecodeError:
                self._refuse(path, raw, "its name is not UTF-8; rename it")
            except OSError as error:
                self._refuse(path, raw, reason_of(error))
                if not isinstance(error, GONE):
                    self._tree.unseen.append(_join(path, _shown(raw)))
        self._drop_long_paths(path, files)
        self._tree.directories.append(Directory(path, files, frozenset(links)))
        return folders

    def _linked(self, path: str, entry: os.DirEntry[bytes]) -> os.stat_result | None:
        """What a link leads to, if that is a file below the root."""
        target = Path(os.fsdecode(os.path.realpath(entry.path)))
        if not target.is_relative_to(self._tree.root):
            self._refuse(path, entry.name, "it is a link to a place outside the library folder, and not followed")
            return None
        found = target.stat()
        matters = entry.name[entry.name.rfind(b".") :].lower() in self._endings
        return found if matters and stat.S_ISREG(found.st_mode) else None

    def _drop_long_paths(self, path: str, files: dict[str, os.stat_result | FileState]) -> None:
        if 4 * (len(path) + 256) < PATH_BYTES:
            return
        for name in [name for name in files if len(_join(path, name).encode()) > PATH_BYTES]:
            del files[name]
            self._refuse(path, name.encode(), f"its path is longer than {PATH_BYTES} bytes; move it up")

    def _refuse(self, path: str, name: bytes, reason: str) -> None:
        self._tree.unreadable.append(Unreadable(_join(path, _shown(name)), reason))


def _entries(folder: bytes) -> list[os.DirEntry[bytes]]:
    with os.scandir(folder) as listing:
        return sorted([entry for entry in listing if not entry.name.startswith(b".")], key=attrgetter("name"))


def _is_link(entry: os.DirEntry[bytes]) -> bool:
    is_junction = getattr(entry, "is_junction", bool)  # Windows, from Python 3.12 on
    return entry.is_symlink() or is_junction()


def _signed(number: int) -> int:
    return number if number < _INT64 else (number + _INT64) % (2 * _INT64) - _INT64


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
