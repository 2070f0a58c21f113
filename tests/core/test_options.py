"""The options of `open`, each checked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import karaoke_persist
from karaoke_persist import BadOption


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("on_error", "ignore"),
        ("on_error", None),
        ("timeout", -1),
        ("timeout", float("nan")),
        ("timeout", float("inf")),
        ("timeout", "5"),
        ("timeout", True),
        ("timeout", None),
        ("durability", "none"),
        ("create_schema", 1),
        ("create_schema", "yes"),
        ("clock", datetime(2000, 1, 1, tzinfo=UTC)),
        ("new_id", "id"),
        ("roots", "/srv"),
        ("roots", {"": "/srv"}),
        ("roots", {"main": 7}),
        ("plugins", 7),
        ("models", 7),
        ("backend_options", ["pool_size"]),
        ("no_such_option", 1),
        ("pool_size", 10),
    ],
)
def test_what_is_refused(option: str, value: Any) -> None:
    """An option that is unknown, or whose value does not fit, is `BadOption` that names it."""
    with pytest.raises(BadOption) as caught:
        karaoke_persist.open("memory://", **{option: value})  # type: ignore[misc]
    assert caught.value.option == option


@pytest.mark.parametrize(
    ("option", "value"),
    [("timeout", 0), ("timeout", 0.5), ("timeout", 86_400), ("create_schema", False), ("roots", {"main": "songs"})],
)
def test_what_is_accepted(option: str, value: Any) -> None:
    """Values at the edges are accepted."""
    karaoke_persist.open("memory://", **{option: value}).close()


def test_an_unknown_option_names_those_there_are() -> None:
    """The sentence about an unknown option lists the known ones."""
    with pytest.raises(BadOption, match="backend_options, clock, create_schema"):
        karaoke_persist.open("memory://", time_out=1)  # type: ignore[call-arg]


def test_clock_and_ids() -> None:
    """The clock and the maker of ids that a test gives are used."""
    moment = datetime(2000, 1, 1, tzinfo=UTC)
    with karaoke_persist.open("memory://", clock=lambda: moment, new_id=lambda: "made") as library:
        song = library.songs.create_song("t", "x")
    assert (song.id, song.date_added) == ("made", moment)
