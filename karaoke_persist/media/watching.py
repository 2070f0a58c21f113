"""Says when something changes below library folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from karaoke_persist.errors import Unsupported
from karaoke_persist.media.removal import TRASH


class Stop(Protocol):
    """What ends a watch, such as a `threading.Event`."""

    def is_set(self) -> bool:
        """Whether to end."""
        ...


def changes(folders: Sequence[Path], stop: Stop | None = None) -> Iterator[None]:
    """Once now, and again after each burst of changes, until it is told to stop."""
    try:
        import watchfiles
    except ImportError as error:
        remedy = 'Install it: pip install "karaoke-persist[watch]"'
        raise Unsupported("an installation without watchfiles", "watching folders", remedy) from error
    # Begun before the first sync: what changes during it is seen.
    bursts = watchfiles.watch(*folders, watch_filter=_matters, stop_event=stop, yield_on_timeout=True, rust_timeout=500)
    next(bursts, None)
    yield
    for burst in bursts:
        if burst:
            yield


def _matters(_: object, path: str) -> bool:
    """Whether a change is one of the library, not one of its trash."""
    return TRASH not in Path(path).parts
