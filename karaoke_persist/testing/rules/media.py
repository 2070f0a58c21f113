"""Y: library folders on disk: what is in them becomes songs, and stays in step."""

from __future__ import annotations

import os
import wave
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from karaoke_persist import Library, Song
from karaoke_persist.contract import Query
from karaoke_persist.models import MediaFile, Record, Removal
from karaoke_persist.testing.handles import Conformance, Opener, nothing_changes, probing
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import MOMENT
from karaoke_persist.testing.threads import together

Put = Callable[..., Path]


def known(library: Library, model: type[Record] = MediaFile) -> list[Record]:
    """The rows of a model."""
    with probing(library, read_only=True) as probe:
        return probe.find(Query(model))


def by_path(library: Library) -> dict[str, Song]:
    """The songs by the path of their original."""
    return {song.media["original"]: song for song in library.songs.get_songs()}


class MediaRules(Conformance):
    """The library folder."""

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        """Give an empty folder."""
        folder = tmp_path / "library folder"
        folder.mkdir()
        return folder

    @pytest.fixture
    def put(self, root: Path) -> Put:
        """Give a function that puts a recording of its own at a path."""

        def make(path: str, seconds: float = 0.1) -> Path:
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with wave.open(str(target), "wb") as recording:
                recording.setnchannels(1)
                recording.setsampwidth(1)
                recording.setframerate(8_000)
                recording.writeframes(path.encode().ljust(int(8_000 * seconds), b"\x80"))
            return target

        return make

    @pytest.fixture
    def synced(self, open_library: Opener, root: Path) -> Library:
        """Give a handle that knows the root."""
        return open_library(roots={"main": root})

    @rule("Y-01")
    def test_a_folder_becomes_songs(self, synced: Library, other: Library, put: Put) -> None:
        """A sync makes a song of each recording and of each folder of stems; a second one changes nothing."""
        put("Björk - Jóga.wav", 0.5)
        put("my-song/original.wav")
        put("my-song/vocals.wav")
        assert synced.media.sync().added == 2
        song = by_path(other)["Björk - Jóga.wav"]
        assert (song.title, song.artist, song.duration_ms, song.curated) == ("Jóga", "Björk", 500, ())
        assert set(by_path(other)["my-song/original.wav"].media) == {"original", "vocals"}
        assert len(known(other)) == 3
        with nothing_changes(other):
            assert synced.media.sync().unchanged == 2

    @rule("Y-02")
    def test_a_move_keeps_the_song(self, synced: Library, other: Library, put: Put, root: Path) -> None:
        """A file that was renamed, or copied and deleted, is the same song with another path."""
        for name in "ab":
            put(f"{name}.wav")
        synced.media.sync()
        before = by_path(other)
        (root / "a.wav").rename(root / "ä.wav")
        (root / "c.wav").write_bytes((root / "b.wav").read_bytes())
        (root / "b.wav").unlink()
        report = synced.media.sync()
        assert (report.added, report.moved, report.missing) == (0, 2, 0)
        after = by_path(other)
        assert (after["ä.wav"].id, after["c.wav"].id) == (before["a.wav"].id, before["b.wav"].id)

    @rule("Y-03")
    def test_missing_and_back(self, synced: Library, other: Library, put: Put) -> None:
        """A song whose files are gone is missing since then, is listed all the same, and is not when they are back."""
        file = put("a.wav")
        put("b.wav")
        synced.media.sync()
        content, state = file.read_bytes(), file.stat()
        file.unlink()
        assert synced.media.sync().missing == 1
        assert {path: song.missing_since is None for path, song in by_path(other).items()} == {
            "a.wav": False,
            "b.wav": True,
        }
        file.write_bytes(content)
        os.utime(file, ns=(state.st_mtime_ns, state.st_mtime_ns))
        assert (synced.media.sync().restored, by_path(other)["a.wav"].missing_since) == (1, None)

    @rule("Y-04")
    def test_an_empty_folder_is_not_believed(self, synced: Library, other: Library, put: Put) -> None:
        """A folder that is suddenly empty marks nothing missing, unless that is accepted."""
        file = put("a.wav")
        synced.media.sync()
        file.unlink()
        with nothing_changes(other):
            assert "empty" in (synced.media.plan().guard or "")
        assert synced.media.sync().missing == 0
        assert by_path(other)["a.wav"].missing_since is None
        assert synced.media.sync(accept_missing=True).missing == 1

    @rule("Y-05")
    def test_purge(self, open_library: Opener, root: Path, put: Put, other: Library) -> None:
        """A purge deletes what has been missing for so many days and at two scans, and nothing else."""
        moments = [MOMENT]
        library = open_library(roots={"main": root}, clock=lambda: moments[-1])
        file = put("a.wav")
        put("b.wav")
        library.media.sync()
        file.unlink()
        library.media.sync()
        moments.append(MOMENT + timedelta(days=31))
        assert library.media.purge().songs == 0
        library.media.sync()
        assert library.media.purge(days=32).songs == 0
        assert (library.media.purge().songs, list(by_path(other))) == (1, ["b.wav"])

    @rule("Y-06")
    def test_a_deleted_song_stays_away(self, synced: Library, other: Library, put: Put) -> None:
        """The files of a song that was deleted are passed over, until they are asked for."""
        put("my-song/original.wav")
        synced.media.sync()
        other.songs.delete_song("my-song")
        assert synced.media.sync().added == 0
        put("b.wav")
        assert synced.media.sync().added == 1
        assert "my-song/original.wav" not in by_path(other)
        assert synced.media.sync(include_ignored=True).added == 1
        assert by_path(other)["my-song/original.wav"].id == "my-song"

    @rule("Y-07")
    def test_files_of_merged_songs_are_the_kept_ones(self, synced: Library, other: Library, put: Put) -> None:
        """A merge takes the files along: nothing is added for them afterwards, also when they move."""
        put("one/original.wav")
        put("two/original.wav", 0.2)
        synced.media.sync()
        other.versions.merge_songs("one", ["two"])
        put("three.wav")
        assert synced.media.sync().added == 1
        assert {row.to_dict()["songId"] for row in known(other)} == {"one", by_path(other)["three.wav"].id}

    @rule("Y-08")
    def test_what_a_write_changes_is_curated(self, library: Library, other: Library) -> None:
        """A write names in `curated` the fields it changed, each kind of media by itself."""
        library.songs.create_or_update_song("a", "T", "A", year=1)
        library.songs.patch_song("a", {"year": 1, "genre": None})
        library.songs.update_song_audio_paths("a", {"vocals": "v.mp3"})
        library.songs.upsert_songs([Song(id="a", title="T", artist="A", album="B")])
        song = other.songs.get_song("a")
        assert song is not None
        assert song.curated == ("album", "artist", "media.vocals", "title", "year")

    @rule("Y-09")
    def test_removal_with_files(self, synced: Library, other: Library, put: Put, open_library: Opener) -> None:
        """A song that is removed with its files takes them to the trash; what was left undone, the next open does."""
        file, left = put("a.wav"), put("b.wav")
        synced.media.sync()
        songs = by_path(other)
        assert synced.media.remove_song(songs["a.wav"].id) is True
        assert (file.exists(), known(other, Removal)) == (False, [])
        with probing(other) as probe:
            state, trash = left.stat(), ".karaoke-trash/b.wav"
            size, mtime_ns = state.st_size, state.st_mtime_ns
            probe.insert(Removal(id="r", root="main", path="b.wav", trash=trash, size=size, mtime_ns=mtime_ns))
        open_library(roots={"main": left.parent})
        assert (left.exists(), known(other, Removal)) == (False, [])

    @rule("Y-10")
    def test_two_syncs_at_once(self, open_library: Opener, root: Path, put: Put, other: Library) -> None:
        """Several hosts that sync the same folder at once add each song once."""
        for number in range(40):
            put(f"{number}.wav")
        handles = [open_library(roots={"main": root}) for _ in range(4)]
        reports = together(*(partial(handle.media.sync, workers=0) for handle in handles))
        assert sum(report.added for report in reports) == other.songs.count_songs() == 40
        assert len(known(other)) == 40
