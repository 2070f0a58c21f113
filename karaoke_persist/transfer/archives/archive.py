"""What an archive is: a ZIP of one JSON Lines file for each model, and a manifest that says what has to be in it.

`docs/reference/archive.md` describes it for those who read one without this software.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from karaoke_persist.errors import BadArchive, Unsupported
from karaoke_persist.models import MODELS_VERSION

FORMAT: Final = "karaoke-persist archive"
FORMAT_VERSION: Final = 1
MANIFEST: Final = "manifest.json"
MANIFEST_BYTES: Final = 1024 * 1024
LINE_BYTES: Final = 64 * 1024 * 1024
"""The longest row an archive holds: what is longer would have to be kept in memory to be refused."""
NEWER: Final = "Upgrade karaoke-persist (pip install -U karaoke-persist)"


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive, and what must be in it."""

    name: str
    collection: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself."""

    models_version: int
    """The version of the models that the rows belong to."""
    schema: str
    """The revision of the schema they were read from."""
    software: str
    created_at: str
    credentials: bool
    """Whether the hashes of passwords are in it."""
    members: tuple[Member, ...]

    def to_json(self) -> bytes:
        """For people too, one member a line or so."""
        told = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}
        return json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def from_json(cls, path: str, text: bytes) -> Self:
        """Read one strictly, but refuse a newer one before anything else in it could be misunderstood."""
        try:
            told = json.loads(text)
            _refuse_newer(path, told)
            members = tuple(_member(each) for each in told["members"])
            taken = {name: _typed(told[name], kind) for name, kind in _FIELDS.items()}
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise BadArchive(path, MANIFEST, f"it is not as it should be ({error!r})") from error
        return cls(members=members, **taken)


_FIELDS: Final[Mapping[str, type]] = {
    "models_version": int,
    "schema": str,
    "software": str,
    "created_at": str,
    "credentials": bool,
}
_MEMBER_FIELDS: Final[Mapping[str, type]] = {"name": str, "collection": str, "rows": int, "bytes": int, "sha256": str}


def models_version_of(revision: str) -> int:
    """The version of the models that a revision of a schema belongs to: the number its name begins with."""
    number = revision.partition("_")[0]
    if not number.isdecimal():
        raise Unsupported("an archive", f"the schema {revision!r}", "Its revisions must begin with their number.")
    return int(number)


def _refuse_newer(path: str, told: Mapping[str, Any]) -> None:
    if told["format"] != FORMAT:
        raise ValueError(f"its format is {told['format']!r}")
    limits: Mapping[str, int] = {"format_version": FORMAT_VERSION, "models_version": MODELS_VERSION}
    for name, known in limits.items():
        found = _typed(told[name], int)
        if found > known:
            raise BadArchive(path, MANIFEST, f"{name} is {found}, and this software knows up to {known}", NEWER)


def _member(told: Mapping[str, Any]) -> Member:
    return Member(**{name: _typed(told[name], kind) for name, kind in _MEMBER_FIELDS.items()})


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind or (isinstance(value, int) and value < 0):
        raise ValueError(f"{value!r} is no {kind.__name__}")
    return value
