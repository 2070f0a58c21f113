"""What importing and opening loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("alembic", "argon2", "hypothesis", "mutagen", "psycopg", "pytest", "rich", "sqlalchemy", "sqlite3")
HEAVY += ("sqlmodel", "typer")
SHOW = f"import sys; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
USE = "library.songs.create_song('t', 'x'); library.songs.search_songs_paginated('t'); library.close()"


@pytest.mark.parametrize(
    "code",
    ["import karaoke_persist", f"import karaoke_persist; library = karaoke_persist.open('memory://'); {USE}"],
    ids=["import", "memory"],
)
def test_nothing_heavy_is_loaded(code: str) -> None:
    """Importing the package, and using `memory://`, loads no database toolkit, driver, tag reader or terminal."""
    shown = subprocess.run([sys.executable, "-c", f"{code}; {SHOW}"], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == []
