"""An index by other rules than ours is neither asked nor written, and is made anew by a migration."""

from __future__ import annotations

import pytest
from sql_databases import BACKENDS, empty_database

import karaoke_persist
from karaoke_persist import SchemaMismatch, transfer

OURS = 2


@pytest.fixture(params=BACKENDS)
def library(request):
    """A library with two songs."""
    for url in empty_database(request.param, request):
        with karaoke_persist.open(url, on_error="raise") as library:
            library.songs.create_song("Jóga", "Björk", song_id="joga")
            library.songs.create_song("Waterloo", "ABBA", song_id="waterloo")
            yield library


def other_rules(library, version, *more):
    """What a process with another version leaves behind: its number, and texts folded in its own way."""
    store = library.store
    session = store.session()
    for sql in (f"UPDATE kp_search_state SET version = {version}", *more):
        session.execute(store.dialect.search.marked(sql))
    session.commit()


@pytest.mark.parametrize("version", [OURS - 1, OURS + 1])
def test_songs_are_not_written(library, version):
    """A write of songs is `SchemaMismatch`, names both versions and changes nothing; other writes go on."""
    other_rules(library, version)
    songs = library.songs
    for write in (
        lambda: songs.create_song("New", "Nobody"),
        lambda: songs.patch_song("joga", {"year": 1997}),
        lambda: songs.delete_song("joga"),
    ):
        with pytest.raises(SchemaMismatch, match=f"rules of search {version}, expected rules of search {OURS}"):
            write()
    assert (songs.count_songs(), songs.get_song("joga").year) == (2, None)
    assert library.users.register("ana", "a long secret").username == "ana"


@pytest.mark.parametrize("version", [OURS - 1, OURS + 1])
def test_songs_are_found_all_the_same(library, version):
    """A reader finds by its own rules what there is, whatever the index says."""
    other_rules(library, version, "UPDATE kp_search_docs SET title = 'xxx'")
    assert [song.id for song in library.songs.search_songs_paginated("joga")[0]] == ["joga"]
    assert [hits.artist for hits in library.songs.search_by_artist("water").items] == ["ABBA"]
    assert [each.text for each in library.songs.complete("wat")] == ["Waterloo"]


def test_older_rules_are_behind(library):
    """Who has newer rules is told to migrate; the migration makes the index anew, once."""
    other_rules(library, OURS - 1, "UPDATE kp_search_docs SET title = 'xxx'")
    assert library.store.schema().state == "behind"
    assert library.store.migrate().state == "current"
    assert library.check() == []
    assert library.songs.create_song("New", "Nobody").title == "New"


def test_a_migration_for_newer_rules_makes_a_backup(library, tmp_path):
    """What is made anew is backed up before, like any other upgrade, and the backup can be restored."""
    other_rules(library, OURS - 1)
    done = transfer.migrate(library.store.url, backups=tmp_path / "backups")
    assert (done.before.state, done.after.state) == ("behind", "current")
    with karaoke_persist.open("memory://", on_error="raise") as restored:
        transfer.restore(done.backup.path, restored)
        assert restored.songs.count_songs() == 2


def test_newer_rules_are_no_obstacle_to_reading(library):
    """A process with older rules opens the database, and reads it."""
    other_rules(library, OURS + 1)
    assert library.store.schema().state == "current"
    with karaoke_persist.open(library.url if "sqlite" in library.url else library.store.url, on_error="raise") as older:
        assert older.songs.count_songs() == 2


def test_newer_rules_are_left_to_those_who_know_them(library):
    """A migration by a process with older rules does not put the index back."""
    other_rules(library, OURS + 1)
    assert library.store.migrate().state == "current"
    with pytest.raises(SchemaMismatch, match="ahead"):
        library.songs.create_song("New", "Nobody")


def test_a_repair_brings_older_rules_up_to_date(library):
    """What mends an index by older rules makes it by ours; one by newer rules is left to those who know them."""
    other_rules(library, OURS - 1, "UPDATE kp_search_docs SET title = 'xxx'")
    assert library.check(repair=True)
    assert library.songs.patch_song("joga", {"year": 1997}).year == 1997
    other_rules(library, OURS + 1)
    for repair in (False, True):
        with pytest.raises(SchemaMismatch, match="ahead"):
            library.check(repair=repair)
