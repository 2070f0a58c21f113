"""Users, their log-in, and their profiles."""

from __future__ import annotations

from karaoke_persist.operations.base import Operations


class UserOperations(Operations):
    """Users, their log-in, and their profiles."""
