"""`karaoke-persist playlists`: playlists from a terminal, and files out and in."""

import json
import shutil
from importlib.resources import as_file, files

import pytest


@pytest.fixture
def songs(command, tmp_path):
    """The demo's songs in a database, by title."""
    with as_file(files("karaoke_persist.cli") / "demo_library") as demo:
        shutil.copytree(demo, tmp_path / "Music")
    command("sync", "Music", "-q")
    found = command("search", "", "--limit", "100", "--json").json["songs"]
    return {song["title"]: song["id"] for song in found}


def titles(command, which):
    """The titles of a playlist in their order."""
    return [item["song"]["title"] for item in command("playlists", "show", which, "--json").json["items"]]


def test_a_playlist_is_made_filled_and_shown(command, songs):
    """Songs are added by id, and shown with their positions and the length of the whole."""
    assert "There is no playlist yet." in command("playlists", "list").out
    command("playlists", "create", "Tonight")
    added = command("playlists", "add", "tonight", songs["Alouette"], songs["Ständchen"]).out
    command("playlists", "add", "TONIGHT", songs["Frère Jacques"], "--at", "1")

    shown = command("playlists", "show", "Tonight").out.splitlines()

    assert added == "2 added, 0 skipped\n"
    assert [line.split()[:2] for line in shown[2:5]] == [["1", "Frère"], ["2", "Alouette"], ["3", "Ständchen"]]
    assert shown[-1].startswith("3 songs, 0:")
    assert "Tonight" in command("playlists", "list").out


def test_entries_are_moved_and_removed_by_their_positions(command, songs):
    """What a person sees is what a person names; a position where nothing is, is an error."""
    command("playlists", "create", "A")
    command("playlists", "add", "A", *(songs[title] for title in ("Alouette", "Ständchen", "Heidenröslein")))

    command("playlists", "move", "A", "3", "1")
    assert titles(command, "A") == ["Heidenröslein", "Alouette", "Ständchen"]
    assert command("playlists", "remove", "A", "1", "3", "--json").json == {"removed": 2}

    assert titles(command, "A") == ["Alouette"]
    assert "nothing is there" in command("playlists", "remove", "A", "2", expect=1).err
    assert "position" in command("playlists", "move", "A", "1", "5", expect=1).err


def test_a_smart_playlist_is_made_of_criteria(command, songs):
    """Criteria are JSON; what is wrong in them is said with its place, and such a list is not changed by hand."""
    criteria = {"version": 1, "where": {"field": "artist", "op": "folded_eq", "value": "franz schubert"}}
    command("playlists", "create", "Schubert", "--criteria", json.dumps(criteria))

    assert titles(command, "Schubert") == ["Heidenröslein", "Ständchen"]
    assert "smart" in command("playlists", "list").out
    assert "is smart" in command("playlists", "remove", "Schubert", "1", expect=1).err
    assert "criteria.version" in command("playlists", "create", "B", "--criteria", "{}", expect=1).err
    assert "not JSON" in command("playlists", "create", "B", "--criteria", "{", expect=1).err


@pytest.mark.parametrize("suffix", ["m3u8", "m3u", "xspf", "csv", "json"])
def test_a_file_goes_out_and_comes_in(command, songs, tmp_path, suffix):
    """The format follows the name of the file; what comes back has the same songs in the same order."""
    chosen = ["Калинка", "Alouette", "さくらさくら", "Alouette"]
    command("playlists", "create", "Out")
    command("playlists", "add", "Out", *(songs[title] for title in chosen))
    command("playlists", "export", "Out", "--output", f"list.{suffix}", "--folder", "/srv/Music")

    said = command("playlists", "import", f"list.{suffix}", "--name", "In", "--folder", "/srv/Music").out

    assert "4 of 4 tracks are in In" in said
    assert titles(command, "In") == chosen
    assert b"\r\r\n" not in (tmp_path / f"list.{suffix}").read_bytes()


def test_an_export_without_a_file_goes_to_standard_output(command, songs):
    """For pipes; the format is M3U8 unless another is named."""
    command("playlists", "create", "Out")
    command("playlists", "add", "Out", songs["Alouette"])

    assert command("playlists", "export", "Out").out.startswith("#EXTM3U\n#PLAYLIST:Out\n")
    assert command("playlists", "export", "Out", "--format", "json").json["songs"][0]["title"] == "Alouette"


def test_an_import_says_what_it_left_out(command, songs, tmp_path):
    """Tracks that no song matches are listed with their lines; in JSON every track says by what it matched."""
    text = "#EXTM3U\n#EXTINF:1,traditionnel - ALOUETTE\nx.mp3\n#EXTINF:1,Nobody - Nothing\ny.mp3\n"
    (tmp_path / "in.m3u8").write_text(text, encoding="utf-8")

    shown = command("playlists", "import", "in.m3u8", "--name", "One").out
    answer = command("playlists", "import", "in.m3u8", "--name", "Two", "--json").json

    assert shown.splitlines()[2].split() == ["5", "Nobody", "-", "Nothing"]
    assert "1 of 2 tracks are in One" in shown
    assert [track["by"] for track in answer["tracks"]] == ["artist and title", None]
    assert answer["playlist"]["name"] == "Two"


def test_an_import_says_what_repeats(command, songs, tmp_path):
    """Tracks that a list does not take, because it has their songs already, are listed with their lines too."""
    command("playlists", "create", "Out", "--duplicates", "refuse")
    song = command("search", "alouette", "--json").json["songs"][0]["id"]
    command("playlists", "add", "Out", song)
    text = command("playlists", "export", "Out", "--format", "json").json
    (tmp_path / "in.json").write_text(json.dumps({**text, "songs": text["songs"] * 2}))

    shown = command("playlists", "import", "in.json", "--name", "In").out

    assert "the song is there already" in shown.splitlines()[2]
    assert "1 of 2 tracks are in In" in shown
    assert len(command("playlists", "show", "In", "--json").json["items"]) == 1


def test_a_smart_playlist_goes_out_and_in(command, songs, tmp_path):
    """JSON takes its criteria along."""
    command("playlists", "create", "Smart", "--criteria", '{"version": 1, "text": "alouette"}', "--private")
    command("playlists", "export", "Smart", "--output", "smart.json")

    assert "finds its songs by itself" in command("playlists", "import", "smart.json", "--name", "In").out
    playlist = command("playlists", "show", "In", "--json").json["playlist"]
    assert (playlist["criteria"], playlist["visibility"]) == ({"version": 1, "text": "alouette"}, "private")


def test_broken_files_make_nothing(command, songs, tmp_path):
    """A file that is broken, not UTF-8, of no known format, or not there is one sentence, and no playlist."""
    (tmp_path / "a.xspf").write_text("<playlist>\n<trackList></playlist>")
    (tmp_path / "b.csv").write_bytes(b"title,artist\n\xff,x\n")
    (tmp_path / "c.pls").touch()

    assert "XSPF, line 2" in command("playlists", "import", "a.xspf", expect=1).err
    assert "UTF-8" in command("playlists", "import", "b.csv", expect=1).err
    assert "m3u8, xspf, csv, json" in command("playlists", "import", "c.pls", expect=1).err
    assert "nowhere.json" in command("playlists", "import", "nowhere.json", expect=1).err
    assert command("playlists", "list", "--json").json == []


def test_playlists_are_named_by_id_or_by_a_name_of_their_own(command, songs):
    """Where two have a name, the ids are asked for; what is not there is said so."""
    first = command("playlists", "create", "Twin", "--json").json[0]["id"]
    command("playlists", "copy", first, "twin")

    assert first in command("playlists", "show", "twin", expect=1).err
    assert "0 songs" in command("playlists", "show", first).out
    assert "there is no Playlist 'x'" in command("playlists", "show", "x", expect=1).err


def test_a_playlist_is_deleted_when_it_is_meant(command, songs):
    """Without --yes it asks, and no answer is no."""
    command("playlists", "create", "Gone", "--private", "--duplicates", "refuse")

    command("playlists", "delete", "Gone", expect=1)
    assert "private" in command("playlists", "list").out
    command("playlists", "delete", "Gone", "--yes")

    assert command("playlists", "list", "--json").json == []


def test_without_a_database_none_is_made(command, tmp_path):
    """It says to sync first."""
    assert "karaoke-persist sync FOLDER" in command("playlists", "list", expect=1).err
    assert list(tmp_path.iterdir()) == []
