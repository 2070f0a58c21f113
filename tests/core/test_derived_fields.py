"""Fields that are made from others whenever those are written."""

from __future__ import annotations

import pytest

from karaoke_persist import InvalidValue, Song
from karaoke_persist.models.record import unchangeable_fields

SONG = Song(id="a", title="さくら", artist="X")


def test_changes_bring_what_is_made_of_them() -> None:
    """Changes of a source carry the derived field, in either spelling, and others do not."""
    assert Song.checked_changes({"title": "うめ"})["title_readings"]["full"] == ("ume",)
    assert Song.checked_changes({"title": "Plum"}) == {"title": "Plum", "title_readings": {}}
    assert Song.checked_changes({"year": 1990, "artistAliases": ["さ"]}).keys() == {"year", "artist_aliases"}


@pytest.mark.parametrize("name", ["title_readings", "titleReadings", "artist_readings"])
def test_no_host_changes_them(name: str) -> None:
    """A derived field is not the host's to change."""
    with pytest.raises(InvalidValue, match="readings"):
        Song.checked_changes({name: {}})


def test_they_go_with_what_they_are_made_of() -> None:
    """A derived field counts as given with its source, and never by itself."""
    assert SONG.given == {"title", "title_readings", "artist", "artist_readings"}
    assert Song(id="a", title="t", artist="x", title_readings={"full": ["x"]}).given == SONG.given
    assert {"title_readings", "artist_readings"} <= unchangeable_fields(Song)


def test_what_they_are() -> None:
    """What is derived is a function of its source alone."""
    integrity = Song.integrity
    assert integrity.derive({"title": "さくら"}) == {
        "title_readings": integrity.derive({"title": "さくら", "year": 1})["title_readings"]
    }
    assert integrity.derive({"year": 1990}) == {}
