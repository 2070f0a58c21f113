"""B: copies from one store into another, archives, and backups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from karaoke_persist import BadArchive, DataCorrupt, IllegalState, IncompleteStore, Library, transfer
from karaoke_persist.contract import FileStore, Query
from karaoke_persist.models import Song
from karaoke_persist.testing.handles import Conformance, Opener, Place, nothing_changes, probing
from karaoke_persist.testing.lived_in import PASSWORD, everything, lived_in, many_songs
from karaoke_persist.testing.probes import Box, Folder, Shelf
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.verbatim import put
from karaoke_persist.testing.samples import song


@contextmanager
def memory() -> Iterator[Library]:
    """An empty store in memory."""
    with Place("memory://").open() as library:
        yield library


class PowerCut(Exception):
    """The end of a process, as far as a test can have it within its own."""


def after(steps: int) -> transfer.Progress:
    """A progress that ends everything at some step."""
    calls = iter(range(steps))

    def tell(done: int, total: int) -> None:
        if next(calls, None) is None:
            raise PowerCut

    return tell


class CopyRules(Conformance):
    """A copy is the same to the letter, or is refused."""

    @rule("B-10")
    def test_from_memory(self, library: Library, other: Library) -> None:
        """A copy from memory has every row to the letter; its users log in, and what was moved is moved back."""
        with memory() as source:
            lived_in(source)
            report = transfer.copy(source, library)
            assert everything(other) == everything(source)
        assert sum(report.rows.values()) == len(everything(other))
        assert other.users.authenticate("ána", PASSWORD) is not None
        assert ([each.id for each in other.songs.search_songs_paginated("yoga")[0]], other.check()) == (["song-1"], [])
        assert [entry.id for entry in library.queue.entries()] == ["entry-2", "entry-4", "entry-3"]
        library.queue.undo()
        assert [entry.id for entry in other.queue.entries()] == ["entry-2", "entry-3", "entry-4"]
        found = other.songs.get_song("twin")
        assert found is not None
        assert found.id == "song-1"

    @rule("B-11")
    def test_to_memory(self, library: Library) -> None:
        """A copy into memory, and from there back into another store, is the same to the letter."""
        lived_in(library)
        with memory() as target:
            report = transfer.copy(library, target)
            assert everything(target) == everything(library)
            assert transfer.copy(library, target).digest == report.digest

    @rule("B-12")
    def test_only_what_differs(self, library: Library, other: Library) -> None:
        """Run again, a copy writes nothing; after changes, it rewrites the ranges that differ, deletions included."""
        with memory() as source:
            many_songs(source, 3_500)
            first = transfer.copy(source, library)
            assert (first.ranges, first.rewritten, first.written) == (4, 4, 3_500)
            again = transfer.copy(source, library)
            assert (again.rewritten, again.written, again.deleted, again.digest) == (0, 0, 0, first.digest)
            source.songs.patch_song("s01500", {"year": 1})
            source.songs.delete_song("s03001")
            third = transfer.copy(source, library)
            assert (third.rewritten, third.written, third.deleted) == (2, 1, 1)
            source.songs.create_song("Last", "x", song_id="z")
            transfer.copy(source, library)
            assert everything(other) == everything(source)
            source.songs.delete_song("z")  # behind all that the source has now
            assert transfer.copy(source, library).deleted == 1
            assert everything(other) == everything(source)

    @rule("B-13")
    def test_nothing_is_written_over_unasked(self, library: Library, other: Library) -> None:
        """A store that holds something else, or was changed since, is `IllegalState`; `replace` writes over it."""
        with memory() as source:
            lived_in(source)
            put(library, song("mine", revision=3))
            put(library, Shelf(id="shelf", label="one", revision=1))
            with nothing_changes(other), pytest.raises(IllegalState, match="replace"):
                transfer.copy(source, library)
            transfer.copy(source, library, replace=True)
            library.songs.patch_song("other", {"year": 5})
            with nothing_changes(other), pytest.raises(IllegalState, match="changed since"):
                transfer.copy(source, library)
            transfer.copy(source, library, replace=True)
            assert everything(other) == everything(source)

    @rule("B-14")
    @pytest.mark.parametrize(("steps", "left"), [(0, 1_500), (1, 500), (3, 0), (5, 0)])
    def test_an_interrupted_copy(self, library: Library, open_library: Opener, steps: int, left: int) -> None:
        """A store whose copy was interrupted is refused by `open`, until the copy is run again and finishes it."""
        with memory() as source:
            many_songs(source, 2_500)
            with pytest.raises(PowerCut):
                transfer.copy(source, library, progress=after(steps))
            with pytest.raises(IncompleteStore, match="Run it again: karaoke-persist copy memory:// "):
                open_library()
            with probing(open_library(allow_incomplete=True), read_only=True) as probe:
                assert len(probe.rows(Query(Song), ("id",))) == 2_500 - left
            report = transfer.copy(source, open_library(allow_incomplete=True))
            assert report.written == left
            assert everything(open_library()) == everything(source)

    @rule("B-15")
    def test_one_moment(self, library: Library) -> None:
        """A copy is of one moment: what is written to the source meanwhile is not in it."""
        many_songs(library, 1_500)
        before = everything(library)

        def change(done: int, total: int) -> None:
            library.songs.patch_song("s01499", {"year": 1 + done})
            library.songs.create_or_update_song(f"t{done}", "New", "x")

        with memory() as target:
            transfer.copy(library, target, progress=change)
            assert everything(target) == before

    @rule("B-16")
    def test_whatever_stands_in_the_way(self, library: Library, other: Library) -> None:
        """Unique values that moved, parents that are gone, and rows that name later ones do not stop a copy."""
        with memory() as source:
            old = [Shelf(id=f"s{number:04}", label=f"{number}", revision=1) for number in range(1_200)]
            put(source, *old)
            put(source, *(Box(id=f"b{number}", shelf=f"s{number:04}", revision=1) for number in (0, 1, 1_199)))
            put(source, Folder(id="a", revision=1), Folder(id="b", parent="a", revision=1))
            transfer.copy(source, library)
            with probing(source) as probe:  # the last shelf gets the label of the first, which has gone with its box
                probe.delete(Shelf, "s0000")
                probe.patch(Shelf, "s1199", {"label": "0"})
                probe.patch(Shelf, "s0001", {"label": "1199"})
                probe.delete(Folder, "a")
                probe.insert_verbatim([Folder(id="a", parent="z", revision=4), Folder(id="z", revision=1)])
            transfer.copy(source, library)
            assert everything(other) == everything(source)

    @rule("B-17")
    def test_it_is_read_back(self, library: Library) -> None:
        """A copy that does not agree with its source once it is read back is not finished."""
        with memory() as source:
            many_songs(source, 10)
            rows = everything(source)
            transfer.copy(source, library)
            assert everything(library) == rows
            library.songs.patch_song("s00001", {"year": 99})
            report = transfer.copy(source, library, replace=True)
            assert (report.written, everything(library)) == (1, rows)


class ArchiveRules(Conformance):
    """Archives and backups bring back what was there."""

    @rule("B-20")
    def test_there_and_back(self, library: Library, tmp_path: Path) -> None:
        """A dump of the store, loaded into another, has every row to the letter, and the file is its owner's alone."""
        lived_in(library)
        report = transfer.dump(library, tmp_path / "all.zip")
        assert (tmp_path / "all.zip").stat().st_mode & 0o777 == 0o600
        assert sum(report.rows.values()) == len(everything(library))
        with memory() as target:
            transfer.load(tmp_path / "all.zip", target)
            assert everything(target) == everything(library)

    @rule("B-21")
    def test_a_load(self, library: Library, other: Library, tmp_path: Path) -> None:
        """An archive from elsewhere is loaded to the letter, and into an empty store only."""
        with memory() as source:
            lived_in(source)
            transfer.dump(source, tmp_path / "all.zip")
            transfer.load(tmp_path / "all.zip", library)
            assert everything(other) == everything(source)
            library.songs.patch_song("other", {"year": 5})
            with nothing_changes(other), pytest.raises(IllegalState):
                transfer.load(tmp_path / "all.zip", library)

    @rule("B-22")
    def test_a_damaged_archive(self, library: Library, other: Library, tmp_path: Path) -> None:
        """A damaged archive is refused whole, with the place named, and the store stays as it was, and open."""
        with memory() as source:
            lived_in(source)
            transfer.dump(source, tmp_path / "all.zip")
        whole = (tmp_path / "all.zip").read_bytes()
        broken = {"flipped": whole[:200] + bytes([whole[200] ^ 1]) + whole[201:], "cut": whole[:-100]}
        for name, content in broken.items():
            (tmp_path / name).write_bytes(content)
            with nothing_changes(other), pytest.raises(BadArchive):
                transfer.load(tmp_path / name, library)
        library.songs.create_song("Still open", "x")

    @rule("B-23")
    def test_without_credentials(self, library: Library, tmp_path: Path) -> None:
        """An archive may leave the hashes of passwords out; then nobody logs in until a password is set."""
        lived_in(library)
        transfer.dump(library, tmp_path / "shared.zip", credentials=False)
        with memory() as target:
            transfer.load(tmp_path / "shared.zip", target)
            assert target.users.authenticate("ana", PASSWORD) is None
            assert target.songs.count_songs() == library.songs.count_songs()

    @rule("B-24")
    def test_a_backup(self, library: Library, open_library: Opener, tmp_path: Path) -> None:
        """A backup is of one moment while others write, and is restored into an empty store to the letter."""
        many_songs(library, 1_500)
        lived_in(library)
        before = everything(library)
        states: list[dict[tuple[str, str], bytes]] = [before]

        def change(done: int, total: int) -> None:
            library.songs.create_or_update_song("s00000", "Changed", f"{done}")
            states.append(everything(library))

        report = transfer.backup(library, tmp_path, progress=change)
        fresh = open_library("fresh")
        transfer.restore(report.path, fresh)
        assert everything(fresh) == before
        assert len(states) > 1
        if isinstance(library.store, FileStore):
            damage(Path(report.path))
            with open_library("third") as third, nothing_changes(third), pytest.raises((BadArchive, DataCorrupt)):
                transfer.restore(report.path, third)

    @rule("B-25")
    def test_rotation(self, library: Library, tmp_path: Path) -> None:
        """With `keep`, only the newest backups of the store stay, and files of others are left alone."""
        many_songs(library, 3)
        folder = tmp_path / "backups"
        made = [transfer.backup(library, folder, keep=2)]
        (folder / "mine.txt").touch()
        made += [transfer.backup(library, folder, keep=2) for _ in range(3)]
        assert [len(each.removed) for each in made] == [0, 0, 1, 1]
        left = {path.name for path in folder.iterdir() if not path.name.endswith(".sha256")}
        assert left == {"mine.txt", *(Path(each.path).name for each in made[2:])}


def damage(path: Path) -> None:
    """Turn a byte in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
