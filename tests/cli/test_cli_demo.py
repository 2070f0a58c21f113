"""`karaoke-persist demo`, the first thing a stranger runs."""

import karaoke_persist


def test_the_demo_makes_a_library_and_shows_it(command, tmp_path):
    """Artists with counts, a forgiving search, a song as JSON, the place of the database, and what to try next."""
    shown = command("demo").out

    for part in (
        "18 files laid out in",
        "14 songs added",
        "Franz Schubert       2",
        '"durationMs": 2940',
        "heidenroslein   Heidenröslein",
        "frere JACQUES   Frère Jacques",
        "Ὅσον ζῇς φαίνου",
        "1   Ana            Camptown Races   last sang 3 turns ago",
        "2   Bob and Cleo   Oh! Susanna      was the last to sing",
        "3   Ana            Frère Jacques    waits behind their own earlier song",
        "Cleo      Калинка",
        "Bob          1",
        "1   Frère Jacques   Traditionnel",
        str(tmp_path / "karaoke-demo" / "karaoke.db"),
        "karaoke-persist sync ~/Music",
    ):
        assert part in shown
    with karaoke_persist.open(tmp_path / "karaoke-demo/karaoke.db", create_schema=False) as library:
        assert library.songs.count_songs() == 14
        assert [sung.performance.status for sung in library.history.get_performances_page().items] == ["completed"] * 3


def test_what_the_demo_proposes_works(command):
    """The commands can be copied from its output; only the one on a person's own folder is left out."""
    proposed = [line.split() for line in command("demo").out.splitlines() if line.startswith("  karaoke-persist ")]

    ran = [command(*words[1:]) for words in proposed if "~/Music" not in words]

    assert len(proposed) - 1 == len(ran)
    assert "3 songs" in ran[0].out


def test_the_demo_run_twice_changes_nothing_and_says_so(command, tmp_path):
    """Files, times of files, songs and revisions stay."""
    command("demo", "here")
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "here/songs").rglob("*")}
    with karaoke_persist.open(tmp_path / "here/karaoke.db") as library:
        songs, queue = library.songs.get_songs(), library.queue.view()

    shown = command("demo", "here").out

    assert "Nothing changed" in shown
    assert files == {path: path.stat().st_mtime_ns for path in (tmp_path / "here/songs").rglob("*")}
    with karaoke_persist.open(tmp_path / "here/karaoke.db") as library:
        assert (songs, queue) == (library.songs.get_songs(), library.queue.view())


def test_the_demo_leaves_a_persons_files_alone(command, tmp_path):
    """A file that is there is not replaced, and one that is not asked for is not removed."""
    own = tmp_path / "karaoke-demo/songs/Traditionnel/Alouette.mp3"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")

    assert "17 files laid out" in command("demo").out
    assert own.read_bytes() == b"mine"


def test_a_place_that_cannot_be_written_is_an_error(command, tmp_path):
    """A file in the way is told in a line."""
    (tmp_path / "file").touch()

    assert command("demo", "file", expect=1).err.startswith("error: ")
