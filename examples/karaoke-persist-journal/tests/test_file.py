"""What this backend promises of its file, beside the contract."""

from __future__ import annotations

from pathlib import Path

import karaoke_persist
import pytest
from karaoke_persist import BadURL, DataCorrupt, Library, SchemaMismatch, Unavailable


def opened(path: Path) -> Library:
    """Open a journal that raises instead of degrading."""
    return karaoke_persist.open(f"journal:///{path}", on_error="raise")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Give a journal of two commits."""
    path = tmp_path / "library.jsonl"
    with opened(path) as library:
        library.songs.create_song("First", "x", song_id="1")
        library.songs.create_song("Second", "x", song_id="2")
    return path


@pytest.mark.parametrize("tail", [b"0", b'00000000 {"songs":{}}\n', b"\0" * 5000])
def test_a_commit_that_never_returned(journal: Path, tail: bytes) -> None:
    """A last line that is not whole is passed over, and cut off by the next commit."""
    with journal.open("ab") as file:
        file.write(tail)
    with opened(journal) as library:
        assert library.songs.count_songs() == 2
        library.songs.create_song("Third", "x")
    with opened(journal) as library:
        assert library.songs.count_songs() == 3


def test_damage_in_the_middle(journal: Path) -> None:
    """A damaged line with others after it is `DataCorrupt`, which says where."""
    journal.write_bytes(journal.read_bytes().replace(b"First", b"Worst"))
    with pytest.raises(DataCorrupt, match="byte 26"):
        opened(journal)


def test_an_older_copy_put_back(journal: Path) -> None:
    """A shorter file put in the place of an open journal is read anew."""
    lines = journal.read_bytes().splitlines(keepends=True)
    with opened(journal) as library:
        assert library.songs.count_songs() == 2
        journal.write_bytes(b"".join(lines[:2]))
        assert library.songs.count_songs() == 1


def test_newer_than_this_software(journal: Path) -> None:
    """A journal of a newer format is `SchemaMismatch`."""
    journal.write_bytes(journal.read_bytes().replace(b"journal 1", b"journal 2", 1))
    with pytest.raises(SchemaMismatch, match="ahead"):
        opened(journal)


def test_what_is_no_journal(tmp_path: Path) -> None:
    """Another file is `DataCorrupt`, a folder that is not there `Unavailable`, a URL without a file `BadURL`."""
    (tmp_path / "notes.txt").write_text("milk\n", encoding="utf-8")
    with pytest.raises(DataCorrupt):
        opened(tmp_path / "notes.txt")
    with pytest.raises(Unavailable):
        opened(tmp_path / "nowhere" / "library.jsonl")
    with pytest.raises(BadURL):
        karaoke_persist.open("journal:///")


def test_a_full_disk(journal: Path) -> None:
    """A commit that does not fit is `Unavailable`, keeps nothing, and the next one works."""
    resource = pytest.importorskip("resource")
    size, limits = journal.stat().st_size, resource.getrlimit(resource.RLIMIT_FSIZE)
    with opened(journal) as library:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200, limits[1]))
        try:
            with pytest.raises(Unavailable):
                library.songs.create_song("Third", "x", description="x" * 1_000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert (library.songs.count_songs(), journal.stat().st_size) == (2, size)
        library.songs.create_song("Third", "x")
        assert library.songs.count_songs() == 3
