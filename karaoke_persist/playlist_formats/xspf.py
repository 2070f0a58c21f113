"""XSPF, the XML of shared playlists (https://xspf.org/spec).

Whatever XML can be made to do to its reader begins with a document type: entities that grow, and files and addresses
that are fetched. One is refused as soon as it begins, so nothing is left to expand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from karaoke_persist.playlist_formats.track import PlaylistFile, Track, broken, song_address, song_at

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element
    from xml.parsers.expat import XMLParserType

NAMESPACE: Final = "http://xspf.org/ns/0/"
_TEXTS: Final = {"title": "title", "creator": "artist", "album": "album"}
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEPT: Final = ("title", "annotation", "creator", "album", "duration", "location", "identifier")


def write(file: PlaylistFile) -> str:
    """The text of a file. Characters that XML cannot carry become the replacement character."""
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    root = Element("playlist", version="1", xmlns=NAMESPACE)
    for name, text in (("title", file.name), ("annotation", file.description)):
        _add(root, name, text)
    tracks = SubElement(root, "trackList")
    for track in file.tracks:
        element = SubElement(tracks, "track")
        for name, text in _said(track):
            _add(element, name, text)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def read(text: str) -> PlaylistFile:
    """What a file says."""
    return _Reading().of(text)


def _said(track: Track) -> list[tuple[str, str | None]]:
    length = track.duration_ms
    return [
        ("location", None if track.path is None else quote(track.path)),
        ("identifier", None if track.song_id is None else song_address(track.song_id)),
        ("title", track.title),
        ("creator", track.artist),
        ("album", track.album),
        ("duration", None if length is None or length < 0 else str(length)),
    ]


def _add(parent: Element, name: str, text: str | None) -> None:
    from xml.etree.ElementTree import SubElement

    if text is not None:
        SubElement(parent, name).text = _NOT_XML.sub("\ufffd", text)


class _Reading:
    """One file while it is read."""

    def __init__(self) -> None:
        from xml.parsers.expat import ParserCreate

        self._parser: XMLParserType = ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._path: list[str] = []
        self._text: list[str] = []
        self._head: dict[str, str] = {}
        self._track: dict[str, str] = {}
        self._line = 0
        self._tracks: list[Track] | None = None

    def of(self, text: str) -> PlaylistFile:
        from xml.parsers.expat import ExpatError, errors

        try:
            self._parser.Parse(text, True)
        except ExpatError as error:
            raise broken("XSPF", error.lineno, _line(text, error.lineno), errors.messages[error.code]) from None
        except UnicodeEncodeError:
            raise broken("XSPF", 1, text, "it holds half of a surrogate pair; decode it properly first") from None
        if self._tracks is None:
            raise broken("XSPF", self._parser.CurrentLineNumber, text, "there is no <trackList> in it")
        return PlaylistFile(self._head.get("title"), self._head.get("annotation"), tuple(self._tracks))

    def _refuse_doctype(self, name: str, *_: Any) -> None:
        raise self._broken(f"<!DOCTYPE {name}", "a playlist needs no document type, and none is read; take it out")

    def _start(self, name: str, _attributes: Any) -> None:
        self._path.append(name.rpartition(" ")[2])
        self._text.clear()
        if len(self._path) == 1 and self._path != ["playlist"]:
            raise self._broken(f"<{self._path[0]}>", "the outermost element of XSPF is <playlist>")
        if self._path == ["playlist", "trackList"]:
            self._tracks = self._tracks or []
        elif self._path == ["playlist", "trackList", "track"]:
            self._track, self._line = {}, self._parser.CurrentLineNumber

    def _end(self, _name: str) -> None:
        *parent, name = self._path
        if parent == ["playlist", "trackList"] and name == "track" and self._tracks is not None:
            self._tracks.append(self._finished())
        elif name in _KEPT and (text := "".join(self._text).strip()):
            self._keep(parent, name, text)
        self._path.pop()
        self._text.clear()

    def _keep(self, parent: list[str], name: str, text: str) -> None:
        if parent == ["playlist"]:
            self._head.setdefault(name, text)
        elif parent == ["playlist", "trackList", "track"]:
            if name == "duration" and not re.fullmatch("[0-9]{1,18}", text):
                raise self._broken(text, "a <duration> is a whole number of milliseconds")
            if name != "identifier" or song_at(text) is not None:
                self._track.setdefault(name, text)  # the first location is the one to prefer

    def _characters(self, text: str) -> None:
        self._text.append(text)

    def _finished(self) -> Track:
        said = self._track
        texts = {field: said.get(name) for name, field in _TEXTS.items()}
        length = int(said["duration"]) if "duration" in said else None
        path = _apply(_path, said.get("location"))
        return Track(
            **texts, duration_ms=length, path=path, song_id=_apply(song_at, said.get("identifier")), line=self._line
        )

    def _broken(self, value: str, problem: str) -> Exception:
        return broken("XSPF", self._parser.CurrentLineNumber, value, problem)


def _path(location: str) -> str:
    return unquote(location.removeprefix("file://"))


def _apply(convert: Callable[[str], str | None], text: str | None) -> str | None:
    return None if text is None else convert(text)


def _line(text: str, number: int) -> str:
    lines = text.split("\n")
    return lines[number - 1] if number <= len(lines) else ""
