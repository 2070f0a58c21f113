"""Which files together are a song.

A folder with `original`, `vocals` or `instrumental` audio is one song; any other audio file is one by itself, with the
CDG graphics of the same name beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from posixpath import basename, splitext
from typing import Final

from karaoke_persist.media.walk import Directory, Tree
from karaoke_persist.models.text import check_id

_LOSSY: Final = (".mp3", ".ogg", ".oga", ".opus", ".m4a", ".m4b", ".aac", ".wma", ".mpc", ".spx", ".ac3")
_LOSSLESS: Final = (".flac", ".wav", ".aif", ".aiff", ".ape", ".wv", ".tta", ".dsf")
AUDIO: Final = (*_LOSSY, *_LOSSLESS)
STEMS: Final = ("original", "vocals", "instrumental")
_IMAGES: Final = (".jpg", ".jpeg", ".png", ".webp")
_BESIDE: Final = {  # beside the stems of a song: kind of media, name, endings with the preferred one first
    "thumbnail": ("thumbnail", _IMAGES),
    "cover_art": ("cover", _IMAGES),
    "lyrics": ("lyrics", (".lrc", ".txt")),
    "cdg": ("original", (".cdg",)),
}
_ARTIST_TITLE: Final = re.compile(r"(?!\d{1,2}\s+[-–])(?P<artist>\S.*?)\s+[-–]\s+(?P<title>\S.*)", re.DOTALL)
_SEPARATORS: Final = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+")  # ASCII that is no letter and no digit
_READABLE_BYTES: Final = 60


@dataclass(frozen=True, slots=True)
class Found:
    """The files of one song."""

    folder: str
    """The folder they are in, relative to the root."""
    name: str
    """What the folder or the file calls the song."""
    media: Mapping[str, str]
    """Paths relative to the root, by kind."""
    folder_id: str | None
    """For a folder that is a song: its name, if that can be an id."""
    derived_id: str
    """Made from the root's name and the path, the same at every run."""

    @property
    def audio(self) -> dict[str, str]:
        """The files with tags, the one that speaks for the song first."""
        return {kind: self.media[kind] for kind in STEMS if kind in self.media}

    def artist_and_title(self) -> tuple[str | None, str]:
        """What a name of the form "Artist - Title" says; any other is a title."""
        match = _ARTIST_TITLE.fullmatch(self.name)
        return (match["artist"], match["title"]) if match else (None, self.name)


def recognise(tree: Tree, root_name: str) -> Iterator[Found]:
    """The songs of a tree, in its order."""
    for directory in tree.directories:
        folder = _Folder(directory, root_name)
        if folder.is_song:
            yield folder.song(tree.name)
        yield from (folder.single(name) for name in directory.files if folder.is_single(name))


class _Folder:
    """One folder, its files at hand by name without ending, whatever their case."""

    def __init__(self, directory: Directory, root_name: str) -> None:
        self._directory, self._root_name = directory, root_name
        self._files: dict[str, dict[str, str]] = {}
        for name in directory.files:
            stem, ending = splitext(name.lower())
            self._files.setdefault(stem, {}).setdefault(ending, name)
        self._stems = {kind: self._first(kind, AUDIO) for kind in STEMS}

    @property
    def is_song(self) -> bool:
        """Whether the folder holds the stems of one song."""
        return any(self._stems.values())

    def song(self, root_folder: str) -> Found:
        """The song that the folder is."""
        beside = {kind: self._first(stem, endings) for kind, (stem, endings) in _BESIDE.items()}
        media = {kind: self._directory.place(name) for kind, name in {**self._stems, **beside}.items() if name}
        path = self._directory.path
        # A root that is itself the folder of a song has its name, as it would have below its parent.
        name = basename(path) or root_folder
        return Found(path, name, media, _valid_id(name), _derived_id(self._root_name, path, name))

    def is_single(self, name: str) -> bool:
        """Whether a file is a song by itself. What a link names is one in its own place."""
        stem, ending = splitext(name.lower())
        return ending in AUDIO and stem not in STEMS and name not in self._directory.links

    def single(self, name: str) -> Found:
        """The song that a file is, with the graphics beside it."""
        place, stem = self._directory.place(name), splitext(name)[0]
        graphics = self._first(stem.lower(), (".cdg",))
        media = {"original": place} if graphics is None else {"original": place, "cdg": self._directory.place(graphics)}
        return Found(self._directory.path, stem, media, None, _derived_id(self._root_name, place, stem))

    def _first(self, stem: str, endings: tuple[str, ...]) -> str | None:
        """The file of this name whose ending comes first."""
        files = self._files.get(stem, {})
        return next((files[ending] for ending in endings if ending in files), None)


def _valid_id(name: str) -> str | None:
    try:
        return check_id(name)
    except ValueError:
        return None


def _derived_id(root_name: str, path: str, name: str) -> str:
    digest = blake2b(f"{root_name}\0{path}".encode(), digest_size=10).hexdigest()
    readable = _SEPARATORS.sub("-", name).encode()[:_READABLE_BYTES].decode("utf-8", "ignore").strip("-")
    return f"{readable or 'song'}-{digest}"
