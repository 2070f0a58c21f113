"""Disks as they are: whatever happens is reported, never fatal, and never a partial song."""

import io
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from karaoke_persist.media import reading
from karaoke_persist.media.readers.tagged import TaggedReader

_watched: list[list[str]] = []


def _audit(event, arguments):
    if _watched and event == "open" and isinstance(arguments[0], bytes | str):
        _watched[-1].append(os.fsdecode(arguments[0]))


sys.addaudithook(_audit)


@contextmanager
def opened_below(root):
    """The files below a folder that Python opens meanwhile."""
    _watched.append([])
    found = []
    try:
        yield found
    finally:
        found += [path for path in _watched.pop() if path.startswith(str(root))]


@pytest.fixture
def shelf(root, demo):
    """Every format, and something that cannot be read."""
    shutil.copytree(demo, root, dirs_exist_ok=True)
    (root / "bad.mp3").write_bytes(b"no music")
    (root / "readme.txt").write_text("no song")
    (root / "noise.doc").write_text("no song")
    shutil.copyfile(demo / "Traditionnel/Alouette.mp3", root / "song.mp3")
    (root / "song.txt").write_text("#TITLE:T\n#ARTIST:A\n#MP3:song.mp3\n: 0 1 1 la \nE\n")
    return root


def test_a_second_run_reads_no_file(library, shelf):
    """Of an unchanged tree; the report says the same."""
    with opened_below(shelf) as first:
        before = library.media.sync(folder=shelf, workers=0)
    with opened_below(shelf) as second:
        after = library.media.sync(folder=shelf)

    assert {"bad.mp3", "readme.txt", "song.txt"} <= {Path(path).name for path in first}
    assert second == []
    assert (after.unchanged, after.unreadable) == (before.added, before.unreadable)


def test_a_run_after_one_change_reads_that_file_alone(library, shelf):
    """The others of its folder are known."""
    library.media.sync(folder=shelf)
    changed = shelf / "Franz Schubert/Ständchen.mp3"
    os.utime(changed, (1, 1))

    with opened_below(shelf) as opened:
        library.media.sync(folder=shelf, workers=0)

    assert opened == [str(changed)]


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_sync(library, root, put, monkeypatch):
    """What was read of it is not stored."""
    file = put("a.mp3")
    real = TaggedReader.read

    def read(self, song):
        with file.open("ab") as stream:
            stream.write(b"more")
        return real(self, song)

    with monkeypatch.context() as patch:
        patch.setattr(TaggedReader, "read", read)
        report = library.media.sync(folder=root)

    assert (report.added, dict(report.unreadable) or set(report.stale)) == (0, {"a.mp3": reading.CHANGED})
    assert library.songs.count_songs() == 0
    assert library.media.sync(folder=root).added == 1


def test_a_file_that_goes_while_it_is_read_is_no_song(library, root, put, monkeypatch):
    """And no error."""
    file = put("a.mp3")
    put("b.mp3")
    real = TaggedReader.read

    def read(self, song):
        file.unlink(missing_ok=True)
        return real(self, song)

    with monkeypatch.context() as patch:
        patch.setattr(TaggedReader, "read", read)
        report = library.media.sync(folder=root)

    assert report.added == 1
    assert library.media.sync(folder=root).unchanged == 1


def test_a_disk_that_fails_while_reading_is_tried_again(library, root, put, monkeypatch):
    """An error of the system says nothing of the file."""
    put("a.mp3")

    def fail(self, size=-1):
        raise OSError(5, "Input/output error")

    class Broken(io.BufferedReader):
        read = fail

    with monkeypatch.context() as patch:
        patch.setattr(reading, "open", lambda path, _: Broken(io.FileIO(path)), raising=False)
        report = library.media.sync(folder=root, workers=0)

    assert dict(report.unreadable) == {"a.mp3": "Input/output error"}
    assert library.media.sync(folder=root).added == 1


def test_ten_thousand_files_in_one_folder(library, root, put):
    """Are ten thousand songs, and one more is one more."""
    first = put("first.mp3")
    content = first.read_bytes()
    first.unlink()
    for number in range(10_000):
        (root / f"Artist {number % 100} - Song {number}.mp3").write_bytes(content)

    report = library.media.sync(folder=root)
    put("another.mp3")
    again = library.media.sync(folder=root)

    assert (report.added, report.unreadable) == (10_000, ())
    assert (again.added, again.unchanged) == (1, 10_000)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_the_number_of_workers_changes_nothing(library, shelf, workers):
    """Read here, in one process or in several, the same songs come of it."""
    report = library.media.sync(folder=shelf, workers=workers)

    assert report.added == 15
    assert list(dict(report.unreadable)) == ["bad.mp3"]
    assert library.songs.get_song("frere-jacques").plain_lyrics.startswith("Frère Jacques, Frère Jacques,\n")


def test_a_worker_that_is_killed_costs_nothing(library, shelf, monkeypatch):
    """What it was asked is read here."""
    from karaoke_persist.media import workers

    real = workers._Worker._send

    def send(self, value):
        if isinstance(value, list):
            self._process.kill()
            self._process.wait()
        real(self, value)

    monkeypatch.setattr(workers._Worker, "_send", send)

    assert library.media.sync(folder=shelf, workers=2).added == 15


def test_a_path_too_long_to_store_is_reported(library, root, demo):
    """Longer than any system's paths usually are."""
    place, back = root, Path.cwd()
    try:
        os.chdir(root)
        for _ in range(21):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
        shutil.copyfile(demo / "Traditionnel/Alouette.mp3", "a.mp3")
    finally:
        os.chdir(back)

    report = library.media.sync(folder=place)

    assert (report.added, len(report.unreadable)) == (0, 1)
    shutil.rmtree(root)


def test_a_path_of_as_many_bytes_as_fit_is_stored(library, root, put, monkeypatch):
    """One more, and it is reported; bytes count, not characters."""
    monkeypatch.setattr("karaoke_persist.media.walk.PATH_BYTES", 16)
    put("ää/12345678.mp3").rename(root / "ää/1234567.mp3")
    put("ää/12345678.mp3", "Stephen Foster/Oh! Susanna.mp3")

    report = library.media.sync(folder=root)

    assert [song.media["original"] for song in library.songs.get_songs()] == ["ää/1234567.mp3"]
    ((path, reason),) = report.unreadable
    assert (path, "longer than 16 bytes" in reason) == ("ää/12345678.mp3", True)
