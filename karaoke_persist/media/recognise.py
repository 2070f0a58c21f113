"""Which files together are a song: each folder is shown to the readers in turn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from posixpath import basename, splitext
from typing import Final
from unicodedata import normalize

from karaoke_persist.contract.media import FolderView, FoundSong, MediaReader
from karaoke_persist.media.walk import Directory, FileState, Tree, Unreadable, reason_of
from karaoke_persist.models import PLAYABLE
from karaoke_persist.models.text import check_id

_SEPARATORS: Final = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+")  # ASCII that is no letter and no digit
_READABLE_BYTES: Final = 60


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one song, where they are, and who reads them."""

    reader: str
    found: FoundSong
    folder: str
    """Relative to the root."""
    files: Mapping[str, tuple[str, FileState]] = field(repr=False)
    """Path and state by kind of media."""
    folder_id: str | None
    """For a folder that is a song: its name, if that can be an id."""
    derived_id: str
    """Made from the root's name and the path, the same at every run."""

    @property
    def playable(self) -> dict[str, str]:
        """The paths of what can be played, by kind."""
        return {kind: path for kind, (path, _) in self.files.items() if kind in PLAYABLE}


def recognise(
    directory: Directory, tree: Tree, root_name: str, readers: Mapping[str, MediaReader]
) -> tuple[list[Group], list[Unreadable]]:
    """The songs of a folder, and the readers' failures."""
    view = _Folder(directory, tree)
    groups, failures = list[Group](), list[Unreadable]()
    for name, reader in readers.items():
        try:
            for found in view.offered_to(reader):
                groups.append(_placed(found, name, directory, root_name))
        except Exception as error:  # a reader is a plugin; the files may be unreadable too
            failures.append(Unreadable(directory.path, f"the reader {name} failed: {reason_of(error)}"))
    return groups, failures


class _Folder(FolderView):
    """A folder and which of its files are free."""

    def __init__(self, directory: Directory, tree: Tree) -> None:
        self._directory, self._tree = directory, tree
        self._taken: set[str] = set()
        self._by_stem: dict[str, dict[str, str]] = {}
        for name in directory.files:
            stem, ending = splitext(name.lower())
            self._by_stem.setdefault(stem, {}).setdefault(ending, name)

    @property
    def path(self) -> str:
        return self._directory.path

    @property
    def name(self) -> str:
        # A root that is itself the folder of a song has its name, as it would have below its parent.
        return basename(self.path) or self._tree.name

    @property
    def names(self) -> Sequence[str]:
        links = self._directory.links
        return [name for name in self._directory.files if name not in self._taken and name not in links]

    def find(self, stem: str, endings: Iterable[str]) -> str | None:
        files = self._by_stem.get(stem.lower(), {})
        return next((files[ending] for ending in endings if files.get(ending, "") not in ("", *self._taken)), None)

    def named(self, name: str) -> str | None:
        files = self._directory.files
        for form in (name, normalize("NFC", name), normalize("NFD", name)):
            if form in files:
                return form
        stem, ending = splitext(name.lower())
        return self._by_stem.get(stem, {}).get(ending)

    def beginning(self, name: str, size: int = 65_536) -> bytes:
        with open(self._tree.native(self._directory.place(name)), "rb") as stream:  # noqa: PTH123
            return stream.read(size)

    def offered_to(self, reader: MediaReader) -> Iterator[FoundSong]:
        """What a reader finds; its files are taken once it is done, so that it may share them between its songs."""
        taken = set[str]()
        for found in reader.find(self):
            self._check(found)
            taken.update(found.media.values())
            yield found
        self._taken |= taken

    def _check(self, found: FoundSong) -> None:
        for name in found.media.values():
            if name not in self._directory.files:
                raise ValueError(f"{name!r} is no file of the folder")
        if not found.reads or found.reads[0] not in found.media:
            raise ValueError(f"{found.name!r} has no file that gives it its place")


def _placed(found: FoundSong, reader: str, directory: Directory, root_name: str) -> Group:
    files = {kind: (directory.place(name), directory.state(name)) for kind, name in found.media.items()}
    place = directory.path if found.is_folder else files[found.reads[0]][0]
    folder_id = _valid_id(found.name) if found.is_folder else None
    return Group(reader, found, directory.path, files, folder_id, _derived_id(root_name, place, found.name))


def _valid_id(name: str) -> str | None:
    try:
        return check_id(name)
    except ValueError:
        return None


def _derived_id(root_name: str, path: str, name: str) -> str:
    digest = blake2b(f"{root_name}\0{path}".encode(), digest_size=10).hexdigest()
    readable = _SEPARATORS.sub("-", name).encode()[:_READABLE_BYTES].decode("utf-8", "ignore").strip("-")
    return f"{readable or 'song'}-{digest}"
