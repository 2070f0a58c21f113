"""A file is one song's at a time, and each song knows which files are its own."""

import shutil

import pytest

from karaoke_persist.contract import Query
from karaoke_persist.models import MediaFile


@pytest.fixture
def song(library):
    """Gives a song by its id."""
    return lambda song_id: next(song for song in library.songs.get_songs() if song.id == song_id)


def more(file):
    """Change what a file holds."""
    with file.open("ab") as stream:
        stream.write(b"x")


def test_a_song_lets_go_of_a_file_that_became_a_stem_of_another(library, root, put, song):
    """The stem is the folder's from then on; the song it was of goes on with what it has."""
    put("one/original.mp3")
    put("two/original.mp3", "Franz Schubert/Ständchen.mp3")
    file = put("one/vocals.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync(folder=root)
    file.rename(root / "two/vocals.mp3")
    library.media.sync(folder=root)
    assert song("one").media["vocals"] == "two/vocals.mp3"

    more(root / "two/vocals.mp3")
    library.media.sync(folder=root)

    assert song("one").media == {"original": "one/original.mp3"}
    assert song("two").media == {"original": "two/original.mp3", "vocals": "two/vocals.mp3"}
    assert (song("one").missing_since, song("two").missing_since) == (None, None)


def test_a_song_whose_only_file_became_a_stem_of_another_is_missing(library, root, put, song):
    """It stays with all that hangs on it, and stays missing."""
    file = put("alone.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync(folder=root)
    (alone,) = (each.id for each in library.songs.get_songs())
    put("one/original.mp3")
    library.media.sync(folder=root)
    file.rename(root / "one/vocals.mp3")
    library.media.sync(folder=root)
    assert song(alone).media == {"original": "one/vocals.mp3"}
    more(root / "one/vocals.mp3")

    library.media.sync(folder=root)

    assert (song(alone).media, song(alone).missing_since is None) == ({}, False)
    assert song("one").media == {"original": "one/original.mp3", "vocals": "one/vocals.mp3"}
    assert library.media.sync(folder=root).updated == 0


@pytest.fixture
def alone(known, root, put):
    """A song whose one recording was put among the stems of another, with words that stayed; both are known."""
    file = put("alone.mp3", "Stephen Foster/Oh! Susanna.mp3")
    (root / "alone.lrc").write_text("[00:01.00]Oh\n")
    known.media.sync()
    (song,) = known.songs.get_songs()
    put("one/original.mp3")
    known.media.sync()
    file.rename(root / "one/vocals.mp3")
    known.media.sync()
    return song.id


def test_a_song_of_which_only_words_are_left_is_missing_whatever_becomes_of_those(known, root, alone):
    """And the check names it, as one that cannot be played."""
    more(root / "one/vocals.mp3")
    known.media.sync()
    (root / "alone.lrc").rename(root / "else.lrc")

    known.media.sync()

    (song,) = (each for each in known.songs.get_songs() if each.id == alone)
    assert song.media == {"lyrics": "else.lrc"}
    assert song.missing_since is not None
    assert known.media.check().songs_without_files == (alone,)


@pytest.mark.parametrize("is_there", [True, False])
def test_another_recording_takes_the_place_of_one_that_is_another_s_now(known, root, put, alone, is_there):
    """If it is lost too, the song is missing, and will know it when it is back."""
    other = put("other.mp3", "Franz Schubert/Ständchen.mp3")
    known.media.sync()
    (added,) = (song.id for song in known.songs.get_songs() if song.media.get("original") == "other.mp3")
    known.versions.merge_songs(alone, [added])
    if not is_there:
        other.unlink()
        known.media.sync(accept_missing=True)
    more(root / "one/vocals.mp3")

    known.media.sync()

    (song,) = (each for each in known.songs.get_songs() if each.id == alone)
    assert song.media["original"] == "other.mp3"
    assert (song.missing_since is None) is is_there


def test_a_song_keeps_a_file_that_went_to_where_files_are_ignored(library, root, put, song):
    """A deleted song does not take along what is another's."""
    put("one/original.mp3")
    library.media.sync(folder=root)
    library.songs.delete_song("one")
    file = put("alone.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync(folder=root)
    (alone,) = (each.id for each in library.songs.get_songs())
    file.rename(root / "one/vocals.mp3")
    library.media.sync(folder=root)
    more(root / "one/vocals.mp3")

    library.media.sync(folder=root)

    assert song(alone).missing_since is None
    assert song(alone).media["original"] == "one/vocals.mp3"
    rows = library.run(lambda tx: tx.songs.session.find(Query(MediaFile)), read_only=True)
    assert {row.song_id for row in rows if row.path == "one/vocals.mp3"} == {alone}


def test_a_move_to_where_another_song_is_by_now_is_stale(library, root, put, songs_by_path):
    """Between plan and apply a copy went back, and each of the two files is a song."""
    file = put("a.mp3")
    library.media.sync(folder=root)
    file.rename(root / "b.mp3")
    plan = library.media.plan(folder=root)
    shutil.copyfile(root / "b.mp3", file)
    more(file)
    library.media.sync(folder=root)
    before = {path: each.id for path, each in songs_by_path().items()}

    report = library.media.apply(plan)

    assert report.stale == ("b.mp3",)
    assert {path: each.id for path, each in songs_by_path().items()} == before
    assert before.keys() == {"a.mp3", "b.mp3"}
