"""Singers, whether users or mere names: who they are, and when two are one."""

from __future__ import annotations

from karaoke_persist.operations.base import Operations


class SingerOperations(Operations):
    """Singers, whether users or mere names: who they are, and when two are one."""
