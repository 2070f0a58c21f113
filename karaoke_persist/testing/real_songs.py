"""A real catalogue in several scripts, and what people type into it.

The songs are of karaoke systems in Japan and Korea: Japanese and English titles, with Korean names beside some.
"""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Final

from karaoke_persist import Song

_DATA: Final = files("karaoke_persist.testing").joinpath("data")


def real_songs() -> list[Song]:
    """About 400 songs, with what a search filters by made up from their number."""
    lines = _DATA.joinpath("songs.csv").read_text("utf-8").splitlines()
    return [
        Song(
            id=f"{number:03}",
            title=row["title"],
            artist=row["artist"],
            aliases=_present(row["title_ko"]),
            artist_aliases=_present(row["artist_ko"]),
            language=("ja", "JA", "en", None)[number % 4],
            genre=(None, "Anime", "J-pop")[number % 3],
            year=None if number % 11 == 0 else 1960 + number % 60,
            hidden=number % 13 == 0,
        )
        for number, row in enumerate(csv.DictReader(lines))
    ]


def real_queries() -> list[str]:
    """What people look for."""
    return _DATA.joinpath("queries.txt").read_text("utf-8").splitlines()


def typed(queries: list[str]) -> list[str]:
    """What is in the box while queries are typed, each text once."""
    return list(dict.fromkeys(query[:end] for query in queries for end in range(1, len(query) + 1)))


def _present(name: str) -> tuple[str, ...]:
    return (name,) if name else ()
