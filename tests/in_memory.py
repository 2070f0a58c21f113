"""Where files are in memory: what comes and goes with a test need not wait for a disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

MEMORY, ROOM = Path("/dev/shm"), 2**30
"""Where files are in memory on Linux, and the bytes that have to be free there."""


def folder_in_memory() -> Path | None:
    """A folder whose files are in memory, if there is one with room; `tempfile` takes None for its own folder."""
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    return MEMORY if has_room else None
