"""Watching a folder."""

import sys
import threading

import pytest

import karaoke_persist
from karaoke_persist import Unsupported


def test_a_watched_folder_is_kept_in_step(root, put):
    """It is synced at once, and again when something comes; it ends when it is told to."""
    pytest.importorskip("watchfiles")
    stop, reports = threading.Event(), []
    synced = threading.Condition()

    def told(report):
        with synced:
            reports.append(report)
            synced.notify_all()

    put("a.mp3")
    with karaoke_persist.open("memory://", roots={"main": root}) as library:
        watcher = threading.Thread(target=lambda: library.media.watch(stop=stop, told=told))
        watcher.start()
        with synced:
            assert synced.wait_for(lambda: reports, timeout=20)
        put("b.mp3", "Stephen Foster/Oh! Susanna.mp3")
        with synced:
            assert synced.wait_for(lambda: sum(report.added for report in reports) == 2, timeout=20)
        stop.set()
        watcher.join(timeout=20)

        assert not watcher.is_alive()
        assert reports[0].added == 1
        assert library.songs.count_songs() == 2


def test_without_the_watcher_the_error_names_the_extra(root, monkeypatch):
    """Nothing else needs it."""
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with (
        karaoke_persist.open("memory://", roots={"main": root}) as library,
        pytest.raises(Unsupported, match=r"karaoke-persist\[watch\]"),
    ):
        library.media.watch()
