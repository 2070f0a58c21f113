"""Store URLs: which backend is meant, and how to speak of one without its password."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from karaoke_persist.errors import BadURL
from karaoke_persist.errors.base import redacted

__all__ = ["redacted", "scheme_of", "store_url"]

_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9.-]*)(?:\+(?P<driver>[a-z0-9_]+))?://", re.IGNORECASE)
_ALMOST_URL = re.compile(r"[a-z][a-z0-9.+-]+:", re.IGNORECASE)  # one letter is a drive of Windows
_FILE_ENDINGS: Final = (".db", ".sqlite", ".sqlite3")
_ALIASES: Final = {"postgres": "postgresql"}
_EXAMPLES: Final = "Examples: sqlite:///karaoke.db, postgresql://user@host/name, memory://"


def store_url(given: str | os.PathLike[str]) -> str:
    """The URL that is meant: a path to a SQLite file becomes one, absolute. Anything else unreadable is `BadURL`."""
    if isinstance(given, os.PathLike):
        return _file_url(os.fspath(given))
    if not isinstance(given, str):
        raise BadURL(repr(given), "it is neither text nor a path", _EXAMPLES)
    if "\x00" in given:
        raise BadURL(given, "it holds the character NUL", _EXAMPLES)
    if _URL.match(given):
        return given
    if "//" not in given and given.lower().endswith(_FILE_ENDINGS) and not _ALMOST_URL.match(given):
        return _file_url(given)
    raise BadURL(given, "it has no scheme such as sqlite://", _EXAMPLES)


def scheme_of(url: str) -> str:
    """The scheme whose backend opens this URL; a driver's name (`postgresql+psycopg`) is not part of it."""
    match = _URL.match(url)
    if match is None:
        raise BadURL(url, "it has no scheme such as sqlite://", _EXAMPLES)
    scheme = match["scheme"].lower()
    return _ALIASES.get(scheme, scheme)


def _file_url(path: str | bytes) -> str:
    if isinstance(path, bytes) or "\x00" in path:
        raise BadURL(repr(path), "the path must be text without NUL", _EXAMPLES)
    return f"sqlite:///{Path(path).absolute()}"
