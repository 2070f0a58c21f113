"""The revisions this version of the software knows, oldest first.

Kept here as constants so that a current database opens without Alembic; a test proves that Alembic agrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REVISIONS: Final[tuple[str, ...]] = (
    "0001_songs",
    "0002_artist_total",
    "0003_plays",
    "0004_users",
    "0005_playlists",
    "0006_queue",
    "0007_history",
    "0008_jobs",
    "0009_versions",
    "0010_search",
    "0011_media",
    "0012_imports",
    "0013_copies",
)
HEAD: Final[str] = REVISIONS[-1]

ADDED_LATER: Final[Mapping[str, tuple[str, ...]]] = {
    "songs": (
        "hidden",
        "checksum",
        "play_count",
        "last_played_at",
        "artist_aliases",
        "title_readings",
        "artist_readings",
        "curated",
        "missing_since",
    )
}
"""The columns, by collection, that are younger than their table. They stand behind the others, and a default fills them
in the rows that were there before."""
