"""The plain forms of a value: a dictionary, and JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from karaoke_persist import Song

PLAIN = Song(id="a", title="Title", artist="Artist")
RICH = Song(
    id="é\U0001f3a4",
    title='Jóga "live"\n\\',
    artist="東京\x7f",
    aliases=["x", "\x01"],
    year=-(2**63),
    favorite=True,
    date_added=datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
    upload_date=datetime(2024, 2, 29, 12, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    media={"vocals": "a/b.mp3"},
    extra={"deep": [{"x": [1, 1.5, -0.0, 1e22, 5e-324, None, True, {}]}, []], "": 2**63 - 1},
    itunes_raw_metadata=[1, "two"],
)


@pytest.mark.parametrize("song", [PLAIN, RICH])
def test_json_is_that_of_the_dictionary(song: Song) -> None:
    """`to_json` gives what JSON makes of `to_dict`, name by name in the same order, and the way back is open."""
    assert json.dumps(json.loads(song.to_json())) == json.dumps(song.to_dict())
    assert Song.model_validate_json(song.to_json()) == song


def test_times_are_text_in_utc() -> None:
    """Both forms spell a moment alike, in UTC whatever zone it was given in."""
    expected = "2024-02-29T06:30:00+00:00"
    assert (RICH.to_dict()["uploadDate"], json.loads(RICH.to_json())["uploadDate"]) == (expected, expected)
