"""Which process this is: what was opened before a fork does not belong to the child."""

from __future__ import annotations

import os

_token = [object()]


def current_process() -> object:
    """A token that stays the same until the process forks, and is another in the child."""
    return _token[0]


def _renew() -> None:
    _token[0] = object()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
