"""Completions of more than three characters: by any form of a title, sung or not, without what guests may not see."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlite_probes import song, writing

from karaoke_persist.contract.search import CompletionRequest
from karaoke_persist_sql.search import completion

SONGS = [
    song("own", title="Heaven", artist="A", play_count=2),
    song("other", title="Himmel", artist="B", aliases=("Heaven",), play_count=3),
    song("unsung", title="Heavenly", artist="C"),
    song("unsung other", title="Himmlisch", artist="D", aliases=("Heavenly",)),
    *(
        song(f"hidden {number}", title=title, artist="E", aliases=aliases, play_count=plays, hidden=True)
        for number, (title, aliases, plays) in enumerate(
            [("Heaven", (), 9), ("Himmel", ("Heaven",), 8), ("Heavens", (), 0), ("Himmels", ("Heavens",), 0)]
        )
    ),
]
VISIBLE = ["other", "own", "unsung", "unsung other"]
ALL = ["hidden 0", "hidden 1", "other", "own", "unsung", "hidden 2", "hidden 3", "unsung other"]
REQUEST = CompletionRequest(text="heav", limit=10)


@pytest.fixture(params=["few", "many", "many other forms"])
def filled(request, store, monkeypatch):
    """A session on the songs, with limits by which they are few, or too many to be gathered."""
    if request.param != "few":
        monkeypatch.setattr(completion, "FEW" if request.param == "many" else "FURTHER", 1)
    with writing(store) as session:
        session.insert(SONGS)
        yield session


def songs(session, request):
    """The ids of the songs among the completions."""
    return [each.song_id for each in session.complete(request) if each.kind == "song"]


def test_songs_come_by_use_and_then_by_title(filled):
    """Those that were sung come first, by either form of the title; then the others, in the order of their titles."""
    assert songs(filled, replace(REQUEST, hidden=True)) == ALL


def test_guests_do_not_see_what_is_hidden(filled):
    """Hidden songs are left out, sung or not, by either form of the title."""
    assert songs(filled, replace(REQUEST, hidden=False)) == VISIBLE


def test_no_more_are_told_than_are_asked_for(filled):
    """With a limit of three, the first three."""
    assert songs(filled, replace(REQUEST, hidden=True, limit=3)) == ALL[:3]
