"""`karaoke-persist check`, `search` with its extras, and `complete`."""

import sqlite3

import pytest

import karaoke_persist


@pytest.fixture
def library(tmp_path):
    """A file with three songs."""
    with karaoke_persist.open(f"sqlite:///{tmp_path}/karaoke.db") as library:
        library.songs.create_song("Jóga", "Björk", song_id="joga", genre="Pop")
        library.songs.create_song("Hyperballad", "Björk", song_id="hyper", genre="Pop")
        library.songs.create_song("Dancing Queen", "ABBA", song_id="queen", genre="Disco")


def test_check_finds_and_mends(command, library, tmp_path):
    """What was changed behind the library's back is found, mended when asked, and then gone."""
    assert command("check").out == "Everything agrees.\n"
    with sqlite3.connect(tmp_path / "karaoke.db") as connection:
        connection.execute("UPDATE kp_songs SET title = 'Changed', title_fold = 'changed' WHERE id = 'joga'")
    connection.close()

    found = command("check", "--json", expect=1).json
    assert {"joga"} <= {each["key"] for each in found["findings"]}
    assert "karaoke-persist check --repair" in command("check", expect=1).out
    assert "mended" in command("check", "--repair", "--quiet").out
    assert command("check").out == "Everything agrees.\n"
    assert command("search", "changed", "--json").json["total"] == 1


def test_check_looks_at_a_folder(command, tmp_path):
    """With a folder, what is on the disk is compared as well, for people and for programs; a sync brings it in step."""
    command("demo", "party")
    asked = ("check", "--folder", "party/songs", "--store", "sqlite:///party/karaoke.db")
    assert command(*asked).out == "Everything agrees.\nThe folder agrees.\n"
    (tmp_path / "party/songs/Traditionnel/Alouette.mp3").unlink()
    (tmp_path / "party/songs/frere-jacques/vocals.mp3").rename(tmp_path / "party/songs/new.mp3")

    folder = command(*asked, "--json", expect=1).json["folder"]
    assert len(folder["songsWithoutFiles"]) == 1
    assert [each["path"] for each in folder["missingStems"]] == ["frere-jacques/vocals.mp3"]
    assert folder["filesWithoutSongs"] == ["main:new.mp3"]
    shown = command(*asked, "--repair", expect=1).out
    assert "files without songs: main:new.mp3" in shown
    assert "karaoke-persist sync party/songs" in shown


def test_facets_and_what_was_meant(command, library):
    """Facets are counted on request; a slip of the finger is told from nothing at all."""
    shown = command("search", "", "--facets").out
    assert "genre: Pop 2, Disco 1" in shown
    found = command("search", "dacning", "--json").json
    assert (found["total"], [song["id"] for song in found["near"]]) == (0, ["queen"])
    assert "Did you mean Björk?" in command("search", "bjrok").out


def test_highlights_and_sorts_in_json(command, library):
    """Programs get the spans at which the words are, and the order they ask for."""
    found = command("search", "bjo", "--sort", "title", "--json").json
    assert [song["id"] for song in found["songs"]] == ["hyper", "joga"]
    assert found["highlights"] == [{"artist": [[0, 3]]}, {"artist": [[0, 3]]}]


def test_completions(command, library):
    """Artists and songs in turn, as a table and in JSON."""
    assert [each["text"] for each in command("complete", "h", "--json").json] == ["Hyperballad"]
    assert "Dancing Queen" in command("complete", "d").out
    assert command("complete", "zzz").out == ""
