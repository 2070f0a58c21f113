"""Playlists: songs in an order of somebody's own, or found anew by saved criteria."""

from __future__ import annotations

from karaoke_persist.operations.base import Operations


class PlaylistOperations(Operations):
    """Playlists: songs in an order of somebody's own, or found anew by saved criteria."""
