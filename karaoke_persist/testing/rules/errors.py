"""Errors: they come from one tree, say what is meant, and travel."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

from karaoke_persist import (
    AlreadyExists,
    Busy,
    InvalidValue,
    KaraokePersistError,
    Library,
    NestedSession,
    StaleWrite,
)
from karaoke_persist.testing.handles import Conformance, Place, add_songs, nothing_changes
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.samples import song
from karaoke_persist.urls import redacted


def raised(call: Callable[[], object]) -> KaraokePersistError:
    """The error that a call raises."""
    with pytest.raises(KaraokePersistError) as caught:
        call()
    return caught.value


class ErrorRules(Conformance):
    """Errors of one tree, with fields and a sentence."""

    @rule("E-01")
    def test_they_travel(self, library: Library, other: Library) -> None:
        """Errors from a store survive pickling with their fields and their sentence."""
        add_songs(library, song())
        errors = [
            raised(lambda: library.songs.create_song("t", "x", song_id="song-1")),
            raised(lambda: library.songs.patch_song("song-1", {"title": "x"}, expect=5)),
            raised(lambda: library.songs.patch_song("song-1", {"title": ""})),
        ]
        with library.transaction():
            errors.append(raised(lambda: other.transaction(timeout=0).__enter__()))
        assert [type(error) for error in errors] == [AlreadyExists, StaleWrite, InvalidValue, Busy]
        for error in errors:
            copy = pickle.loads(pickle.dumps(error))
            assert (str(copy), vars(copy), type(copy)) == (str(error), vars(error), type(error))

    @rule("E-02")
    def test_they_name_what_is_wrong(self, library: Library) -> None:
        """The sentence of an error names the model, the key or field, and what to do."""
        add_songs(library, song())
        taken = raised(lambda: library.songs.create_song("t", "x", song_id="song-1"))
        unknown = raised(lambda: library.songs.patch_song("song-1", {"titel": "x"}))
        assert all(word in str(taken) for word in ("Song", "id", "song-1"))
        assert all(word in str(unknown) for word in ("Song", "titel", "did you mean 'title'"))

    @rule("E-03")
    def test_a_one_shot_write_inside_a_transaction(self, library: Library, other: Library) -> None:
        """A one-shot write, or a transaction, inside a write transaction of the same thread is `NestedSession`."""
        with nothing_changes(other), library.transaction() as tx:
            for call in (lambda: library.songs.create_song("t", "x"), lambda: library.transaction().__enter__()):
                assert isinstance(raised(call), NestedSession)
            assert tx.songs.count_songs() == 0
        add_songs(library, song())

    @rule("E-04")
    def test_what_raises_degrades_nowhere(self, library: Library, place: Place) -> None:
        """With `on_error="degrade"` a mistake of the caller raises, and so does a failure inside a transaction."""
        with place.open(on_error="degrade") as degrading:
            assert isinstance(raised(lambda: degrading.songs.patch_song("x", {"titel": 1})), InvalidValue)
            assert isinstance(raised(lambda: degrading.songs.get_song("\ud800")), InvalidValue)
            with library.transaction():
                assert isinstance(raised(lambda: degrading.transaction(timeout=0).__enter__()), Busy)

    @rule("E-05")
    def test_what_degrades(self, library: Library, place: Place) -> None:
        """With `on_error="degrade"` a one-shot write that finds the store busy answers its empty value, and is told."""
        with place.open(on_error="degrade", timeout=0) as degrading, library.transaction():
            at = degrading.songs
            assert (at.create_or_update_song("a", "A", "x"), at.delete_song("a")) == (None, False)
            assert isinstance(raised(lambda: at.create_song("A", "x")), Busy)
            assert isinstance(raised(lambda: at.upsert_songs([song()])), Busy)

    @rule("E-06")
    def test_the_url_in_errors(self, place: Place) -> None:
        """The address that errors and handles show has its password taken out."""
        with place.open() as library:
            assert library.url == redacted(library.url)
