"""Rows of files, made without checking again what a walk has checked."""

from __future__ import annotations

from functools import cache
from typing import Any

from karaoke_persist.media.walk import FileState
from karaoke_persist.models import MediaFile
from karaoke_persist.models.media import file_id, folder_key


def as_row(root: str, path: str, state: FileState, **fields: Any) -> MediaFile:
    """The row of a file as a scan sees it now."""
    places = {"id": file_id(root, path), "root": root, "path": path, "folder": folder_key(root, path)}
    return MediaFile.trusted({**_blank(), **places, **state._asdict(), **fields})


def move_row(row: MediaFile, path: str, state: FileState) -> MediaFile:
    """The row of a file that is at another place of its root now."""
    kept = {"kind": row.kind, "song_id": row.song_id, "fingerprint": row.fingerprint, "problem": row.problem}
    return as_row(row.root, path, state, **kept)


@cache
def _blank() -> dict[str, Any]:
    return {name: info.default for name, info in MediaFile.model_fields.items() if not info.is_required()}
