"""The library folder beside a PostgreSQL database: what the embedded backends are tested for at length."""

import shutil
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files

import pytest

import karaoke_persist
from karaoke_persist.media import applying


class Clock:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = datetime(2024, 1, 1, tzinfo=UTC)

    def __call__(self):
        """What it shows."""
        return self.now


@pytest.fixture
def clock():
    """The clock of the library."""
    return Clock()


@pytest.fixture
def root(tmp_path):
    """A folder with the demo's songs."""
    with as_file(files("karaoke_persist.cli") / "demo_library") as demo:
        shutil.copytree(demo, tmp_path / "songs")
    return tmp_path / "songs"


@pytest.fixture
def library(url, root, clock):
    """A library that knows the folder, and has synced it."""
    with karaoke_persist.open(url, on_error="raise", roots={"main": root}, clock=clock) as opened:
        assert opened.media.sync(workers=0).added == 14
        yield opened


def test_an_unchanged_folder_changes_nothing(library):
    """Nor does a check find anything."""
    before = library.songs.get_songs()

    assert library.media.sync().unchanged == 14
    assert library.songs.get_songs() == before
    assert library.media.check().is_clean


def test_moves_and_missing_songs(library, root, clock):
    """What moved keeps its id; what is gone is marked, and purged after thirty days and two scans."""
    (root / "Franz Schubert/Ständchen.mp3").rename(root / "moved.mp3")
    (root / "Traditionnel/Alouette.mp3").unlink()

    plan = library.media.plan()
    report = library.media.apply(plan, one_transaction=True)
    assert (report.moved, report.missing, report.added) == (1, 1, 0)
    assert library.songs.get_song(plan.moved[0].song_id).media["original"] == "moved.mp3"

    library.media.sync()
    assert library.media.purge().songs == 0
    clock.now += timedelta(days=30)
    assert library.media.purge().songs == 1
    assert library.songs.count_songs() == 13


def test_one_transaction_is_all_or_nothing(library, root, monkeypatch):
    """What fails at its end undoes its beginning."""
    (root / "Franz Schubert/Ständchen.mp3").rename(root / "moved.mp3")
    (root / "Traditionnel/Alouette.mp3").unlink()
    plan, before = library.media.plan(), library.songs.get_songs()

    def failing(*_):
        raise RuntimeError

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(applying.Applier, "_mark_missing", failing)
        library.media.apply(plan, one_transaction=True)

    assert library.songs.get_songs() == before


def test_deleted_songs_stay_away(library, root):
    """One whose files stayed is ignored; the files of one that was removed are in the trash."""
    library.songs.delete_song("frere-jacques")
    gone = next(song for song in library.songs.get_songs() if song.title == "Alouette")

    assert library.media.remove_song(gone.id)
    assert not (root / "Traditionnel/Alouette.mp3").exists()
    assert library.media.sync().added == 0
    assert library.media.sync(include_ignored=True).added == 1
