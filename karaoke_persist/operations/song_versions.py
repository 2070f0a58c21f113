"""What makes songs versions of one another, and which comes first among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from karaoke_persist.contract import And, Condition, FoldedEq
from karaoke_persist.models import Song, key_fold

_NEVER = datetime.max.replace(tzinfo=UTC)


def version_key(song: Song) -> str:
    """The same for all versions: of fixed length, so that any two names fit an index."""
    folds = f"{key_fold(song.artist)}\n{key_fold(song.title)}"  # a fold has no line break
    return blake2b(folds.encode(), digest_size=16).hexdigest()


def versions_of(song: Song) -> Condition:
    """The songs that are versions of one, itself among them."""
    return And(FoldedEq("title", song.title), FoldedEq("artist", song.artist))


def best_first(songs: Iterable[Song], sources: Sequence[str] = ()) -> list[Song]:
    """Songs from the preferred sources in their order, then the most played, then the oldest; hidden ones come last."""
    places = {source: place for place, source in reversed(list(enumerate(sources)))}

    def place(song: Song) -> tuple[Any, ...]:
        preferred = places.get(song.source or "", len(sources))
        return song.hidden, preferred, -song.play_count, song.date_added or _NEVER, song.id

    return sorted(songs, key=place)
