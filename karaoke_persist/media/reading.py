"""From the files of a song to its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from karaoke_persist.errors import InvalidValue
from karaoke_persist.media.recognise import Found
from karaoke_persist.media.tags import UnreadableFile, fitting, read_tags
from karaoke_persist.media.walk import Tree, Unreadable
from karaoke_persist.models import Song

UNKNOWN_ARTIST: Final = "Unknown Artist"


@dataclass(frozen=True, slots=True)
class ReadSong:
    """The files of a song, and the fields they give it, `media` among them."""

    found: Found
    fields: Mapping[str, Any]


def read_song(tree: Tree, found: Found, source: str) -> tuple[ReadSong | None, list[Unreadable]]:
    """Read the tags of a song's files, leaving out those that cannot be read; None if none can."""
    tags, unreadable = _read_audio(tree, found)
    if not tags:
        return None, unreadable
    lost = {problem.path for problem in unreadable}
    media = {kind: path for kind, path in found.media.items() if path not in lost}
    fields = {**_chosen(list(tags.values())), "media": media, "source": source}
    try:
        return ReadSong(found, Song.checked_changes(_named(fields, found))), unreadable
    except InvalidValue as error:
        return None, [*unreadable, Unreadable(next(iter(tags)), f"{error.where}: {error.problem}")]


def _read_audio(tree: Tree, found: Found) -> tuple[dict[str, dict[str, Any]], list[Unreadable]]:
    tags, unreadable = dict[str, dict[str, Any]](), list[Unreadable]()
    for path in found.audio.values():
        try:
            tags[path] = read_tags(tree.native(path))
        except UnreadableFile as error:
            unreadable.append(Unreadable(path, str(error)))
    return tags, unreadable


def _chosen(tags: list[dict[str, Any]]) -> dict[str, Any]:
    """The tags of the first file that has a name for the song, else of the first."""
    return next((each for each in tags if "title" in each or "artist" in each), tags[0])


def _named(fields: dict[str, Any], found: Found) -> dict[str, Any]:
    """The fields with a title and an artist, where there are no tags from the name of the file or folder."""
    if "title" in fields or "artist" in fields:
        artist, title = None, found.name
    else:
        artist, title = found.artist_and_title()
    names = {
        "title": fitting(title, indexed=True) or found.derived_id,
        "artist": (fitting(artist, indexed=True) if artist else None) or UNKNOWN_ARTIST,
    }
    return {**names, **fields}
