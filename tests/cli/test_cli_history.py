"""`karaoke-persist history`: what was sung."""

from datetime import timedelta

import pytest

import karaoke_persist
from karaoke_persist.testing.evenings import EIGHT, Evening, SetClock
from karaoke_persist.testing.handles import add_songs
from karaoke_persist.testing.samples import song


@pytest.fixture
def evening(tmp_path):
    """A store with two songs by two people in one night, and a skipped one in the next."""
    clock = SetClock()
    with karaoke_persist.open(f"sqlite:///{tmp_path}/karaoke.db", clock=clock) as library:
        evening = Evening(library, clock)
        evening.rooms("bar")
        add_songs(library, song("joga", "Jóga", "Björk"), song("duet", "Islands", "Kenny & Dolly"))
        evening.play("joga", "Ana", room="bar", key_shift=-2)
        evening.play("duet", "Ana", "Bob", room="bar")
        clock.pass_by(timedelta(hours=10))
        evening.skip(evening.begin("joga", "Bob", room="bar"))
    return evening


@pytest.mark.usefixtures("evening")
def test_what_was_sung_is_listed_newest_first(command):
    """With its singers, and as it ended."""
    shown = [line.split()[2:] for line in command("history", "list").out.splitlines()[2:]]

    assert shown == [
        ["Bob", "Jóga", "Björk", "skipped"],
        ["Ana,", "Bob", "Islands", "Kenny", "&", "Dolly", "completed"],
        ["Ana", "Jóga", "Björk", "completed"],
    ]
    listed = command("history", "list", "--json").json
    assert [[singer["name"] for singer in each["singers"]] for each in listed] == [["Bob"], ["Ana", "Bob"], ["Ana"]]
    assert listed[2]["startedAt"] == EIGHT.isoformat()
    assert [each["songId"] for each in command("history", "list", "--json", "-n", "1").json] == ["joga"]


@pytest.mark.usefixtures("evening")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--song", "duet"], ["duet"]),
        (["--singer", "BOB"], ["joga", "duet"]),
        (["--singer", "bob", "--user"], []),
        (["--room", "cellar"], []),
        (["--since", "2024-03-02"], []),
        (["--until", "2024-03-02"], ["joga", "duet", "joga"]),
    ],
)
def test_what_was_sung_is_looked_for(command, arguments, expected):
    """By song, singer, room and period."""
    assert [each["songId"] for each in command("history", "list", "--json", *arguments).json] == expected


@pytest.mark.usefixtures("evening")
def test_nights_are_listed_and_closed(command):
    """Newest first; one that is closed stays closed."""
    new, old = command("history", "nights", "--json").json

    assert [new["closedAt"], old["closedAt"]] == [None, (EIGHT + timedelta(minutes=8)).isoformat()]
    assert "open" in command("history", "nights").out
    assert command("history", "close", new["id"], "--json").json["closedAt"] is not None
    assert "open" not in command("history", "nights").out
    assert [each["songId"] for each in command("history", "list", "--json", "--night", new["id"]).json] == ["joga"]
    assert "there is no Night" in command("history", "close", "nobody", expect=1).err


@pytest.mark.usefixtures("evening")
def test_the_top_of_each_kind(command):
    """Only what was completed counts, and a duet for both."""
    tops = {what: command("history", "top", what, "--json").json for what in ("songs", "artists", "singers")}

    assert [(each["title"], each["times"]) for each in tops["songs"]] == [("Islands", 1), ("Jóga", 1)]
    assert [(each["artist"], each["times"]) for each in tops["artists"]] == [("Björk", 1), ("Kenny & Dolly", 1)]
    assert [(each["name"], each["times"]) for each in tops["singers"]] == [("Ana", 2), ("Bob", 1)]
    assert command("history", "top", "singers", "--since", "2024-03-02", "--json").json == []
    assert "Nothing was sung." in command("history", "top", "songs", "--night", "none").out
    assert command("history", "top", "singers").out.split()[-4:] == ["Ana", "2", "Bob", "1"]
    assert command("history", "top", "hats", expect=2).err != ""


@pytest.mark.usefixtures("evening")
def test_the_songs_of_a_singer(command):
    """With how often, and the key of the last time."""
    found = command("history", "singer", "ána", "--json").json

    assert [(each["songId"], each["times"], each["keyShift"]) for each in found] == [("duet", 1, 0), ("joga", 1, -2)]
    assert "-2" in command("history", "singer", "Ana").out
    assert "Nothing was sung." in command("history", "singer", "Ana", "--user").out


def test_a_store_is_not_made_by_looking(command, tmp_path):
    """As with every command that reads."""
    assert "no karaoke library" in command("history", "list", expect=1).err
    assert list(tmp_path.iterdir()) == []
