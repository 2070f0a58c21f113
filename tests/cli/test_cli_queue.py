"""`karaoke-persist queue`, as a host who leads a night uses it."""

import pytest

import karaoke_persist


@pytest.fixture
def store(tmp_path):
    """A database with three songs, one of them hidden."""
    path = tmp_path / "karaoke.db"
    with karaoke_persist.open(path) as library:
        library.songs.create_song("Jóga", "Björk", song_id="joga", duration_ms=305_000)
        library.songs.create_song("Mamma Mia", "ABBA", song_id="mamma")
        library.songs.create_song("[bold]Secret[/]", "x", song_id="secret", hidden=True)
    return path


def lines(ran):
    """The cells of the table, without its head."""
    return [line.split() for line in ran.out.splitlines()[2:]]


def ids(ran):
    """The songs of the entries."""
    return [entry["songId"] for entry in ran.json["entries"]]


def test_entries_are_added_and_listed(command, store):
    """With positions, singers, and waits; whoever asks for JSON gets everything."""
    assert "Nobody waits to sing." in command("queue", "list").out
    command("queue", "add", "joga", "-s", "Ana", "--singer", "Bob & Cleo")
    shown = command("queue", "add", "mamma", "-s", "Dora")

    assert lines(shown) == [
        ["1", "Jóga", "Björk", "Ana,", "Bob", "&", "Cleo", "waiting", "0:00"],
        ["2", "Mamma", "Mia", "ABBA", "Dora", "waiting", "5:05"],
    ]
    answer = command("queue", "list", "--json").json
    assert answer["room"]["queueRev"] == 2
    assert answer["entries"][0]["singers"] == [
        {"name": "Ana", "userId": None},
        {"name": "Bob & Cleo", "userId": None},
    ]
    assert answer["entries"][1]["waitMs"] == 305_000


def test_the_host_has_the_last_word(command, store):
    """What a guest may not do fails with a reason; with --force it is done. A repeat is mentioned."""
    refused = command("queue", "add", "secret", "-s", "Ana", expect=1)
    forced = command("queue", "add", "secret", "-s", "Ana", "--force")
    again = command("queue", "add", "secret", "-s", "Bob", "--force")

    assert "there is no Song 'secret'" in refused.err
    assert "[bold]Secret[/]" in forced.out
    assert "This song is already queued." in again.err


def test_entries_are_moved_held_and_removed(command, store):
    """By position or by id; without a place to the top."""
    for song in ("joga", "mamma", "joga"):
        command("queue", "add", song, "-s", song)
    last = command("queue", "list", "--json").json["entries"][2]["id"]

    assert ids(command("queue", "move", last, "--json")) == ["joga", "joga", "mamma"]
    assert ids(command("queue", "move", "3", "--before", "1", "--json")) == ["mamma", "joga", "joga"]
    assert ids(command("queue", "move", "1", "--after", "2", "--json")) == ["joga", "mamma", "joga"]
    assert lines(command("queue", "hold", "1"))[0][-1] == "held"
    assert lines(command("queue", "release", "1"))[0][-2:] == ["waiting", "0:00"]
    assert ids(command("queue", "remove", "2", "--json")) == ["joga", "joga"]
    assert "QueueEntry '7'" in command("queue", "remove", "7", expect=1).err


def test_a_night_is_played(command, store):
    """Announced, played, skipped, completed, abandoned."""
    for song in ("joga", "mamma"):
        command("queue", "add", song, "-s", song)

    assert lines(command("queue", "announce"))[0][-2] == "next"
    assert lines(command("queue", "next"))[0][:2] == ["0", "Jóga"]
    assert "on stage" in command("queue", "play", "1").out
    assert "Nobody waits" in command("queue", "complete", "--skipped").out
    command("queue", "add", "joga", "-s", "Ana")
    assert "on stage" in command("queue", "next", "--skipped").out
    assert "Nobody waits" in command("queue", "complete").out
    command("queue", "add", "mamma", "-s", "Ana")
    command("queue", "next")
    assert "Nobody waits" in command("queue", "abandon").out
    with karaoke_persist.open(store) as library:
        assert [library.songs.get_song(song).play_count for song in ("joga", "mamma")] == [2, 0]


def test_edits_are_undone_and_done_again(command, store):
    """It says what was undone, and shows what came of it."""
    command("queue", "add", "joga", "-s", "Ana")
    command("queue", "clear")

    undone = command("queue", "undo")
    assert "The last clear is undone." in undone.err
    assert "Ana" in undone.out
    assert "The last clear is done again." in command("queue", "redo").err
    assert "There is nothing to be done again." in command("queue", "redo").err


def test_fair_order_is_shown_and_applied(command, store):
    """With a reason for each entry; it changes the queue only when it is told to."""
    for singer in ("Ana", "Ana", "Bob"):
        command("queue", "add", "joga", "-s", singer)

    shown = command("queue", "arrange")
    assert [line[2] for line in lines(shown)] == ["Ana", "Bob", "Ana"]
    assert all(len(line) > 3 for line in lines(shown))
    assert [line[3] for line in lines(command("queue", "list"))] == ["Ana", "Ana", "Bob"]
    plan = command("queue", "arrange", "--policy", "round-robin", "--apply", "--json").json
    assert [each["position"] for each in plan] == [1, 2, 3]
    assert [line[3] for line in lines(command("queue", "list"))] == ["Ana", "Bob", "Ana"]
    assert "there is no such rotation policy" in command("queue", "arrange", "--policy", "x", expect=1).err


def test_rooms_are_opened_and_closed(command, store):
    """Each has a queue of its own."""
    command("queue", "open", "bar", "--policy", "first-come", "--auto")
    command("queue", "add", "joga", "-s", "Ana", "--room", "bar")
    command("queue", "close", "bar")

    assert lines(command("queue", "rooms")) == [["bar", "bar", "closed", "first-come"]]
    assert command("queue", "rooms", "--json").json[0]["auto"] is True
    assert "closed" in command("queue", "add", "joga", "-s", "Bob", "--room", "bar", expect=1).err
    assert "Nobody waits" in command("queue", "list").out


def test_a_database_is_not_made_by_looking(command, tmp_path):
    """What is not there is an error with the way out."""
    assert "sync FOLDER" in command("queue", "list", expect=1).err
    assert not (tmp_path / "karaoke.db").exists()
