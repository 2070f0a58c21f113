"""What users like: songs and artists."""

from __future__ import annotations

from karaoke_persist.operations.base import Operations


class FavoriteOperations(Operations):
    """What users like: songs and artists."""
