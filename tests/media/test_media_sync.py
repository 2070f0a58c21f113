"""What a sync does to a library, the first time and every time after."""

import shutil
import unicodedata
from pathlib import Path

import pytest

import karaoke_persist
from karaoke_persist import BadOption, InvalidValue, NestedSession, Unavailable, hookimpl
from karaoke_persist.media import applying


class Listener:
    """Remembers what commits announced."""

    def __init__(self):
        self.commits = []

    @hookimpl
    def karaoke_after_commit(self, changes):
        """One entry for each commit."""
        self.commits.append(changes)


def test_a_second_sync_changes_nothing(demo):
    """Revisions stay, and nothing is announced."""
    listener = Listener()
    with karaoke_persist.open("memory://", on_error="raise", plugins=[listener]) as library:
        library.media.sync(folder=demo)
        before, commits = library.songs.get_songs(), len(listener.commits)

        report = library.media.sync(folder=demo)

        assert (report.added, report.updated, report.unchanged, report.missing) == (0, 0, 14, 0)
        assert before == library.songs.get_songs()
        assert commits == len(listener.commits)


def test_a_sync_without_changes_waits_for_nobody(library, demo):
    """Where there is nothing to write, the writer is not asked for."""
    library.media.sync(folder=demo)

    with library.transaction():
        report = library.media.sync(folder=demo)

    assert report.unchanged == 14


def test_a_sync_inside_a_transaction_is_refused(library, demo):
    """It has transactions of its own, and looking first does not hide that."""
    with library.transaction(), pytest.raises(NestedSession):
        library.media.sync(folder=demo)


def test_the_placeholder_for_an_artist_counts_as_empty(library, demo):
    """Once a tag says who sings, the song says it too."""
    library.songs.create_or_update_song("frere-jacques", "Frère Jacques", "Unknown Artist")

    library.media.sync(folder=demo)

    assert library.songs.get_song("frere-jacques").artist == "Traditionnel"


def test_a_song_that_the_host_made_gets_its_files(library, demo):
    """A song under the folder's name keeps its source and gets its paths, also in place of those that lead nowhere."""
    library.songs.create_or_update_song(
        "frere-jacques",
        "Frère Jacques",
        "A",
        source="youtube",
        media={"original": "/old/original.mp3", "video": "v.mp4"},
    )

    report = library.media.sync(folder=demo)

    song = library.songs.get_song("frere-jacques")
    assert (report.added, report.updated) == (13, 1)
    assert song.source == "youtube"
    assert (song.media["original"], song.media["video"]) == ("frere-jacques/original.mp3", "v.mp4")


def test_a_new_stem_is_added(library, root, put):
    """A file that appears in a song's folder appears in its media."""
    put("my-song/original.mp3")
    library.media.sync(folder=root)

    put("my-song/vocals.mp3")
    report = library.media.sync(folder=root)

    assert (report.added, report.updated) == (0, 1)
    assert {"original", "vocals"} == set(library.songs.get_song("my-song").media)


def test_a_path_changes_only_when_its_file_is_gone(library, root, put):
    """A second original leaves the path alone; when the first is removed, the second takes its place."""
    put("my-song/original.ogg")
    library.media.sync(folder=root)
    put("my-song/original.mp3")
    library.media.sync(folder=root)
    kept = library.songs.get_song("my-song").media["original"]

    (root / "my-song/original.ogg").unlink()
    library.media.sync(folder=root)

    assert kept == "my-song/original.ogg"
    assert library.songs.get_song("my-song").media["original"] == "my-song/original.mp3"


def test_a_song_whose_files_are_gone_is_kept_and_counted(library, root, put):
    """Nothing is ever deleted by a sync, not even when the whole folder is empty and that is accepted."""
    put("a/original.mp3")
    put("b.mp3")
    library.media.sync(folder=root)
    before = [song.id for song in library.songs.get_songs()]
    shutil.rmtree(root)
    root.mkdir()

    report = library.media.sync(folder=root, accept_missing=True)

    assert (report.added, report.updated, report.unchanged, report.missing) == (0, 0, 0, 2)
    assert before == [song.id for song in library.songs.get_songs()]


def test_a_song_with_one_stem_left_is_not_missing(library, root, put):
    """Missing is a song of which nothing can be played."""
    put("a/original.mp3")
    put("a/vocals.mp3")
    library.media.sync(folder=root)

    (root / "a/original.mp3").unlink()

    assert library.media.sync(folder=root).missing == 0


def test_a_file_that_became_unreadable_is_not_missing(library, root, put):
    """It is reported as what it is."""
    song = put("a.mp3")
    library.media.sync(folder=root)

    song.write_bytes(b"")
    report = library.media.sync(folder=root)

    assert (report.missing, len(report.unreadable)) == (0, 1)


# ids


def test_ids_do_not_depend_on_where_the_folder_is(demo, tmp_path):
    """The same folder elsewhere, or on another machine, gives the same songs."""
    elsewhere = shutil.copytree(demo, tmp_path / "elsewhere")
    with karaoke_persist.open("memory://") as one, karaoke_persist.open("memory://") as other:
        one.media.sync(folder=demo)
        other.media.sync(folder=elsewhere)

        assert {song.id for song in one.songs.get_songs()} == {song.id for song in other.songs.get_songs()}


def test_the_id_of_a_file_is_known_beforehand(library, root, put):
    """It is derived from root name and path alone: this one must never change, or libraries double."""
    put("Björk/Jóga (live).mp3")

    library.media.sync(folder=root)

    assert [song.id for song in library.songs.get_songs()] == ["Jóga-live-de026352944fce67667f"]


def test_folders_of_one_name_are_two_songs(library, root, put):
    """The first keeps the name as its id, and both keep their ids when one goes and comes back."""
    put("a/my-song/original.mp3")
    put("b/my-song/original.mp3")
    library.media.sync(folder=root)
    ids = {song.media["original"]: song.id for song in library.songs.get_songs()}

    shutil.rmtree(root / "a")
    library.media.sync(folder=root)
    put("a/my-song/original.mp3")
    report = library.media.sync(folder=root)

    assert ids["a/my-song/original.mp3"] == "my-song"
    assert (report.added, report.updated, report.unchanged) == (0, 1, 1)  # it is missing no more
    assert ids == {song.media["original"]: song.id for song in library.songs.get_songs()}


def test_a_new_folder_does_not_take_the_id_of_another(library, root, put):
    """A folder that comes first in order, but later in time, gets an id of its own."""
    put("b/my-song/original.mp3")
    library.media.sync(folder=root)

    put("a/my-song/original.mp3")
    report = library.media.sync(folder=root)

    assert (report.added, report.updated, report.unchanged) == (1, 0, 1)
    assert library.songs.get_song("my-song").media["original"] == "b/my-song/original.mp3"


def test_a_song_folder_that_moved_stays_the_song(library, root, put):
    """Its paths follow."""
    put("a/my-song/original.mp3")
    library.media.sync(folder=root)

    shutil.move(root / "a", root / "b")
    report = library.media.sync(folder=root)

    assert (report.added, report.updated, report.missing) == (0, 1, 0)
    assert library.songs.get_song("my-song").media["original"] == "b/my-song/original.mp3"


@pytest.mark.parametrize("name", ["x" * 255, "é" * 101, "   "])
def test_a_folder_whose_name_is_no_id_gets_one(library, root, put, name):
    """Over-long and blank names are replaced by a derived id, which is stable too."""
    put(f"{name}/vocals.mp3")

    first = library.media.sync(folder=root)
    second = library.media.sync(folder=root)

    assert (first.added, second.unchanged) == (1, 1)
    assert name != library.songs.get_songs()[0].id


def test_a_song_folder_alone_is_the_same_song(library, root, put):
    """Scanning a song's own folder finds the song that its parent's scan finds."""
    put("my-song/original.mp3")

    library.media.sync(folder=root / "my-song")
    report = library.media.sync(folder=root)

    assert (report.added, report.updated) == (0, 1)
    assert library.songs.get_song("my-song").media["original"] == "my-song/original.mp3"


def test_names_in_composed_and_decomposed_form_are_two_files(library, root, put):
    """Where the file system tells them apart, so does the library; paths are stored as they are listed."""
    names = [unicodedata.normalize(form, "Jóga.mp3") for form in ("NFC", "NFD")]
    for name in names:
        put(name)
    if len(list(root.iterdir())) != 2:
        pytest.skip("this file system folds names")

    library.media.sync(folder=root)

    assert sorted(names) == sorted(song.media["original"] for song in library.songs.get_songs())


# roots


def test_every_root_is_synced_in_the_order_of_the_names(tmp_path, demo, put):
    """Without arguments all roots are scanned; songs say where they come from, and paths which root had the problem."""
    roots = {name: shutil.copytree(demo, tmp_path / name) for name in ("b", "a")}
    (roots["b"] / "bad.mp3").touch()
    with karaoke_persist.open("memory://", on_error="raise", roots=roots) as library:
        report = library.media.sync()

        assert report.added == 28
        assert report.unreadable == (("b:bad.mp3", "the file is empty"),)
        assert library.songs.get_song("frere-jacques").source == "folder:a"
        assert library.media.sync().unchanged == 28


def test_one_root_can_be_synced_alone(tmp_path, demo):
    """The songs of the others are neither looked for nor counted as missing."""
    (tmp_path / "empty").mkdir()
    with karaoke_persist.open("memory://", roots={"main": demo, "empty": tmp_path / "empty"}) as library:
        assert library.media.sync("main").added == 14
        assert library.media.sync("empty").missing == 0


def test_a_folder_can_be_named_as_a_root(library, root, put, demo):
    """Two folders under two names do not mix."""
    put("a.mp3")

    library.media.sync("one", folder=root)
    report = library.media.sync("two", folder=demo)

    assert (report.added, report.missing) == (14, 0)


def test_the_seeds_function_returns_the_number_added(demo):
    """`sync_songs_with_filesystem` is the sync of every root."""
    with karaoke_persist.open("memory://", roots={"main": demo}) as library:
        assert library.songs.sync_songs_with_filesystem() == 14
        assert library.songs.sync_songs_with_filesystem() == 0


def test_without_any_folder_the_error_says_what_to_do(library):
    """There is nothing to scan."""
    with pytest.raises(BadOption, match="roots="):
        library.media.sync()


@pytest.mark.parametrize("name", ["other", ""])
def test_an_unknown_root_is_refused(demo, name):
    """The error lists the roots there are."""
    with (
        karaoke_persist.open("memory://", roots={"main": demo}) as library,
        pytest.raises(InvalidValue, match="there are: main"),
    ):
        library.media.sync(name)


@pytest.mark.parametrize("name", ["", "\0", "x" * 201])
def test_a_folder_needs_a_root_name_that_can_be_stored(library, demo, name):
    """It is part of every song's source."""
    with pytest.raises(InvalidValue, match="root"):
        library.media.sync(name, folder=demo)


@pytest.mark.parametrize("make", [lambda _: None, Path.touch, lambda path: path.symlink_to(path)])
def test_a_root_that_is_not_there_changes_nothing(tmp_path, demo, make):
    """An absent folder, a file and a link to itself are `Unavailable`, before anything of the other roots is stored."""
    make(tmp_path / "gone")
    with karaoke_persist.open("memory://", roots={"a": demo, "b": tmp_path / "gone"}) as library:
        with pytest.raises(Unavailable, match="nothing was changed") as caught:
            library.songs.sync_songs_with_filesystem()

        assert not caught.value.retryable
        assert library.songs.count_songs() == 0


# how it works


def test_progress_goes_from_nothing_to_everything(library, demo):
    """It is told before the first song and after each."""
    told = []

    library.media.sync(folder=demo, progress=lambda done, total: told.append((done, total)))

    assert [(done, 14) for done in range(15)] == told


def test_songs_are_stored_in_batches(demo, monkeypatch):
    """The writer is given back between them, so that a party can go on."""
    monkeypatch.setattr(applying, "STEP", 5)
    monkeypatch.setattr(applying, "HELD_SECONDS", 0)
    listener = Listener()
    with karaoke_persist.open("memory://", plugins=[listener]) as library:
        report = library.media.sync(folder=demo)

    assert report.added == 14
    songs = [sum(change.model == "Song" for change in changes) for changes in listener.commits]
    assert [count for count in songs if count] == [5, 5, 4]
