"""Versions of a song: which belong together, which is preferred, and how they become one."""

from __future__ import annotations

from karaoke_persist.operations.base import Operations


class VersionOperations(Operations):
    """Versions of a song: which belong together, which is preferred, and how they become one."""
