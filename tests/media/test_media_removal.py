"""Songs that are deleted with their files."""

import errno
import os

import pytest

import karaoke_persist
from karaoke_persist import IllegalState
from karaoke_persist.contract import Query
from karaoke_persist.media import removal
from karaoke_persist.models import MediaFile, Removal


@pytest.fixture
def opened(library, root):
    """Give a way to open the library's store, with its root."""
    url = library.url if library.url.startswith("sqlite") else "memory://removals"
    libraries = []

    def open_again():
        libraries.append(karaoke_persist.open(url, on_error="raise", roots={"main": root}))
        return libraries[-1]

    yield open_again
    for each in libraries:
        each.close()


def rows(library, model):
    """What the store holds of a model."""
    return library.run(lambda tx: tx.songs.session.find(Query(model)), read_only=True)


def dying(renames):
    """Moving a file, or not, and dying then."""
    real = removal._is_done

    def move(*arguments):
        if renames:
            real(*arguments)
        raise KeyboardInterrupt

    return move


def trash(root):
    """The names in the trash, without the ids before them."""
    return sorted(path.name[37:] for path in (root / removal.TRASH).iterdir())


def test_a_song_goes_with_its_files(opened, root, put):
    """They lie in the trash of their root, where no scan looks."""
    library = opened()
    for stem in ("original", "vocals"):
        put(f"my-song/{stem}.mp3", f"frere-jacques/{stem}.mp3")
    library.media.sync()

    assert library.media.remove_song("my-song") is True

    assert trash(root) == ["original.mp3", "vocals.mp3"]
    assert list((root / "my-song").iterdir()) == []
    assert (rows(library, MediaFile), rows(library, Removal), library.songs.count_songs()) == ([], [], 0)
    assert library.media.sync().songs == 0
    assert library.media.remove_song("my-song") is False


@pytest.mark.parametrize("removed", ["duet/duet.txt", "duet/solo.txt"])
def test_what_other_songs_have_too_stays(opened, root, put, removed):
    """A second text of the same audio goes on, whichever of the two the audio came with."""
    library = opened()
    put("duet/song.mp3")
    for name in ("solo", "duet"):
        (root / f"duet/{name}.txt").write_text("#TITLE:T\n#ARTIST:A\n#MP3:song.mp3\n: 0 1 1 la \nE\n")
    library.media.sync()
    first, second = sorted(library.songs.get_songs(), key=lambda song: song.media["ultrastar"] != removed)

    library.media.remove_song(first.id)

    assert (root / "duet/song.mp3").exists()
    assert library.songs.get_song(second.id).media["original"] == "duet/song.mp3"
    assert len(trash(root)) == 1


@pytest.mark.parametrize("stop_at", ["before the rename", "after the rename"])
def test_what_a_crash_left_is_finished_by_the_next_open(opened, root, put, monkeypatch, stop_at):
    """The deletion is committed; the file follows when the library is opened again."""
    library = opened()
    file = put("a.mp3")
    library.media.sync()
    (song,) = library.songs.get_songs()
    with monkeypatch.context() as patch:
        patch.setattr(removal, "_is_done", dying(stop_at == "after the rename"))
        with pytest.raises(KeyboardInterrupt):
            library.media.remove_song(song.id)
    assert library.songs.count_songs() == 0

    again = opened()

    assert (file.exists(), trash(root), rows(again, Removal)) == (False, ["a.mp3"], [])


def test_a_file_that_came_in_its_place_is_not_thrown_away(opened, root, put, monkeypatch):
    """The note says which file it means."""
    library = opened()
    file = put("a.mp3")
    library.media.sync()
    (song,) = library.songs.get_songs()
    with monkeypatch.context() as patch:
        patch.setattr(removal, "_is_done", lambda *_: False)
        library.media.remove_song(song.id)
    file.write_bytes(b"another")

    assert opened().media.finish_removals() == 0
    assert file.read_bytes() == b"another"


def test_a_drive_that_is_away_is_waited_for(opened, root, put, tmp_path, monkeypatch):
    """The note stays until the root is there again, and a check says so."""
    library = opened()
    put("a.mp3")
    library.media.sync()
    (song,) = library.songs.get_songs()
    root.rename(tmp_path / "away")
    library.media.remove_song(song.id)
    assert library.media.finish_removals() == 1

    (tmp_path / "away").rename(root)
    assert library.media.check().removals == ("main:a.mp3",)
    assert library.media.plan().added == ()
    assert trash(root) == ["a.mp3"]


def test_a_file_that_cannot_be_moved_yet_is_no_song(opened, put, monkeypatch):
    """A sync does not bring back what is still to go."""
    library = opened()
    put("a.mp3")
    put("b.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync()
    song = next(song for song in library.songs.get_songs() if song.media["original"] == "a.mp3")
    monkeypatch.setattr(removal, "_is_done", lambda *_: False)
    library.media.remove_song(song.id)
    put("c.mp3", "Franz Schubert/Ständchen.mp3")

    report = library.media.sync()

    assert (report.added, library.songs.count_songs()) == (1, 2)
    assert library.media.check().removals == ("main:a.mp3",)


def test_a_song_that_plays_keeps_everything(opened, root, put):
    """The refusal comes before anything is written."""
    library = opened()
    file = put("a.mp3")
    library.media.sync()
    (song,) = library.songs.get_songs()
    library.queue.add(song.id, singer="Ana")
    library.queue.play_next()

    with pytest.raises(IllegalState):
        library.media.remove_song(song.id)

    assert file.exists()
    assert library.songs.count_songs() == 1


@pytest.fixture
def waiting(opened, put, monkeypatch):
    """A library whose song is deleted, and whose file is still to go."""
    library = opened()
    put("shelf/a.mp3")
    library.media.sync()
    (song,) = library.songs.get_songs()
    with monkeypatch.context() as patch:
        patch.setattr(removal, "_is_done", lambda *_: False)
        library.media.remove_song(song.id)
    return library


def test_an_empty_root_may_be_a_drive_that_is_away(waiting, root, tmp_path):
    """A mount point is there without its drive: the note stays, and the file goes when it is there again."""
    (root / "shelf").rename(tmp_path / "shelf")
    assert waiting.media.finish_removals() == 1

    (tmp_path / "shelf").rename(root / "shelf")
    assert waiting.media.finish_removals() == 0
    assert trash(root) == ["a.mp3"]


def test_a_file_that_cannot_be_looked_at_is_waited_for(waiting, root, monkeypatch):
    """An error of the disk does not say that it is gone."""
    real = os.stat

    def failing(path, **how):
        if os.fsdecode(path).endswith("a.mp3"):
            raise OSError(errno.EIO, "Input/output error")
        return real(path, **how)

    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", failing)
        assert waiting.media.finish_removals() == 1

    assert waiting.media.finish_removals() == 0
    assert trash(root) == ["a.mp3"]


def test_a_file_that_is_gone_is_not_waited_for(waiting, root):
    """Somebody was faster; the rest of the root says that it is the root."""
    (root / "shelf/a.mp3").unlink()

    assert waiting.media.finish_removals() == 0
    assert rows(waiting, Removal) == []
