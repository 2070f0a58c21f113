"""B: rows that are stored as they stand elsewhere."""

from __future__ import annotations

import pytest

from karaoke_persist import AlreadyExists, Change, InvalidValue, Library, ReferenceMissing, StillReferenced
from karaoke_persist.models import PlaylistEntry, Record, Song
from karaoke_persist.testing.handles import Conformance, nothing_changes, probing, stored
from karaoke_persist.testing.lived_in import everything, lived_in
from karaoke_persist.testing.probes import Box, Folder, Shelf
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.values import read
from karaoke_persist.testing.samples import EVERY_FIELD, MOMENT, song
from karaoke_persist.transfer.copying.canonical import line_of


def put(library: Library, *rows: Record) -> None:
    """Store rows as they are."""
    with probing(library) as probe:
        probe.insert_verbatim(rows)


class VerbatimRules(Conformance):
    """The contract's `insert(values, verbatim=True)`, by which copies are made."""

    @rule("B-01")
    def test_as_they_are(self, library: Library, other: Library) -> None:
        """A row is stored as it is: its revision, what the library maintains, and an absent date stay what they are."""
        dated = song("a", **{**EVERY_FIELD, "play_count": 7, "last_played_at": MOMENT, "revision": 41})
        undated = song("b", revision=2)
        put(library, dated, undated)
        assert [line_of(read(other, key)) for key in "ab"] == [line_of(dated), line_of(undated)]

    @rule("B-02")
    def test_in_the_place_of_others(self, library: Library, other: Library) -> None:
        """Rows whose keys are there take their place whole, and what names them stays."""
        lived_in(library)
        named = everything(other, PlaylistEntry)
        put(
            library, song("song-1", "Bare", revision=1), song("other", "Bare too", revision=90), song("new", revision=3)
        )
        assert line_of(read(other, "song-1")) == line_of(song("song-1", "Bare", revision=1))
        assert [read(other, key).revision for key in ("other", "new")] == [90, 3]
        assert everything(other, PlaylistEntry) == named
        found, _ = other.songs.search_songs_paginated("bare")
        assert ([each.id for each in found], other.check()) == (["song-1", "other"], [])

    @rule("B-03")
    def test_integrity_holds(self, library: Library, other: Library) -> None:
        """A unique value that another row has, or a name of what is not there, refuses the whole batch."""
        put(library, Shelf(id="s", label="one", revision=1), Shelf(id="t", label="two", revision=1))
        with nothing_changes(other), probing(library) as probe:
            with pytest.raises(AlreadyExists):
                probe.insert_verbatim([Shelf(id="u", label="new", revision=1), Shelf(id="v", label="one", revision=1)])
            with pytest.raises(ReferenceMissing):
                probe.insert_verbatim([Box(id="b", shelf="s", revision=1), Box(id="c", shelf="nowhere", revision=1)])
            with pytest.raises(InvalidValue, match="revision"):
                probe.insert_verbatim([song("unstored")])

    @rule("B-04")
    def test_a_batch_counts_as_it_ends(self, library: Library, other: Library) -> None:
        """Within a batch, rows may exchange unique values, and name rows that come later."""
        put(library, Shelf(id="s", label="one", revision=1), Shelf(id="t", label="two", revision=1))
        put(library, Shelf(id="s", label="two", revision=5), Shelf(id="t", label="one", revision=5))
        put(library, Folder(id="a", parent="b", revision=1), Folder(id="b", revision=1))
        shelves = everything(other, Shelf)
        assert [b'"label":"two"' in shelves["Shelf", "s"], b'"label":"one"' in shelves["Shelf", "t"]] == [True, True]
        assert len(everything(other, Folder)) == 2

    @rule("B-05")
    def test_one_event(self, library: Library) -> None:
        """However many rows are stored or deleted verbatim, listeners hear of one change of their model."""
        with probing(library) as probe:
            probe.insert_verbatim([song(f"{number}", revision=number + 1) for number in range(20)])
            probe.insert_verbatim([song("0", revision=8)])
            probe.delete_verbatim(Song, ["1", "2", "nowhere"])
            probe.insert_verbatim([Shelf(id="s", label="one", revision=1)])
        assert probe.changes == (Change("Song", "", "copied", 0, 0), Change("Shelf", "", "copied", 0, 0))

    @rule("B-06")
    def test_undone(self, library: Library, other: Library) -> None:
        """A savepoint undoes what was stored verbatim, in place of others too, and the event."""
        stored(library, song("a"))
        with nothing_changes(other):
            with probing(library) as probe, probe.savepoint() as savepoint:
                probe.insert_verbatim([song("a", "Other", revision=7), song("b", revision=1)])
                savepoint.rollback()
            assert probe.changes == ()

    @rule("B-07")
    def test_deleting_verbatim(self, library: Library, other: Library) -> None:
        """A deletion that is part of a copy takes nothing along: what is still named is `StillReferenced`."""
        put(library, Shelf(id="s", label="one", revision=1))
        put(library, Box(id="b", shelf="s", revision=1))
        with probing(library) as probe:
            with pytest.raises(StillReferenced):
                probe.delete_verbatim(Shelf, ["s"])
            assert probe.delete_verbatim(Box, ["b"]) == 1
            assert probe.delete_verbatim(Shelf, ["s"]) == 1
        assert everything(other) == {}
