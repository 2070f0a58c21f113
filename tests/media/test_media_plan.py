"""Plans: what a sync would do, said before it is done."""

import os

import pytest
from mutagen.id3 import ID3, TIT2

from karaoke_persist import InvalidValue
from karaoke_persist.media import applying


@pytest.fixture
def night(library, root, put):
    """A library in which everything that a plan can say has happened."""
    for name in ("stays", "changes", "moves", "goes"):
        put(f"{name}.mp3").write_bytes(put(f"{name}.mp3").read_bytes() + name.encode())
    away = put("back.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync(folder=root)
    away.rename(root.parent / "away.mp3")
    library.media.sync(folder=root)
    (root.parent / "away.mp3").rename(away)
    tags = ID3(root / "changes.mp3")
    tags.setall("TIT2", [TIT2(text="Changed")])
    tags.save(root / "changes.mp3")
    (root / "moves.mp3").rename(root / "moved.mp3")
    (root / "goes.mp3").unlink()
    put("Nobody - New.mp3", "Franz Schubert/Ständchen.mp3")
    (root / "bad.mp3").write_bytes(b"no music")
    return library


def test_a_plan_says_what_a_sync_would_do(night, root):
    """Every kind of it, with title and artist of what is new; and it changes nothing."""
    before = night.songs.get_songs()

    plan = night.media.plan(folder=root)

    (added,), (changed,), (moved,) = plan.added, plan.changed, plan.moved
    assert (added.title, added.artist, added.paths, added.confidence) == (
        "Ständchen",
        "Franz Schubert",
        ("Nobody - New.mp3",),
        1.0,
    )
    assert (changed.title, changed.paths) == ("Changed", ("changes.mp3",))
    assert (moved.was, moved.path) == ("moves.mp3", "moved.mp3")
    assert [file.path for file in plan.missing] == ["goes.mp3"]
    assert [file.path for file in plan.restored] == ["back.mp3"]
    assert [path for path, _ in plan.unreadable] == ["bad.mp3"]
    assert not plan.is_empty
    assert before == night.songs.get_songs()


@pytest.mark.parametrize("one_transaction", [False, True])
def test_a_plan_is_carried_out_as_it_says(night, root, one_transaction):
    """In batches or at once, with the same outcome; then nothing is left to do."""
    plan = night.media.plan(folder=root)

    report = night.media.apply(plan, one_transaction=one_transaction)

    assert (report.added, report.moved, report.restored, report.missing, report.stale) == (1, 1, 1, 1, ())
    assert night.songs.get_song(plan.added[0].song_id).title == "Ständchen"
    assert night.songs.get_song(plan.changed[0].song_id).title == "Changed"
    assert night.media.plan(folder=root).is_empty


def test_an_item_that_changed_since_is_stale(night, root, put):
    """It is skipped and named, everything else is done, and the next sync takes it."""
    plan = night.media.plan(folder=root)
    os.utime(root / "Nobody - New.mp3", (1, 1))
    (root / "moved.mp3").rename(root / "again.mp3")
    put("goes.mp3")

    report = night.media.apply(plan)

    assert set(report.stale) == {"Nobody - New.mp3", "moved.mp3", "goes.mp3"}
    assert (report.added, report.moved, report.restored) == (0, 0, 1)
    assert night.media.sync(folder=root).stale == ()
    assert night.media.plan(folder=root).is_empty
    assert night.songs.count_songs() == 6


def test_what_was_stale_is_not_forgotten(library, root, put):
    """The next sync takes it, also if the folder is as it was planned by then."""
    put("a.mp3")
    library.media.sync(folder=root)
    new = put("b.mp3", "Stephen Foster/Oh! Susanna.mp3")
    plan, planned = library.media.plan(folder=root), new.stat()
    os.utime(new, (1, 1))
    assert library.media.apply(plan).stale == (new.name,)
    os.utime(new, ns=(planned.st_atime_ns, planned.st_mtime_ns))

    assert library.media.sync(folder=root).added == 1


def test_a_file_that_was_written_to_since_has_not_moved(night, root):
    """Nor is it back: what it holds now, the next sync finds out."""
    plan = night.media.plan(folder=root)
    for name in ("moved.mp3", "back.mp3"):
        os.utime(root / name, (1, 1))

    report = night.media.apply(plan)

    assert (set(report.stale), report.moved, report.restored) == ({"moved.mp3", "back.mp3"}, 0, 0)
    night.media.sync(folder=root)
    assert night.media.plan(folder=root).is_empty
    assert night.songs.count_songs() == 6


def test_a_plan_that_was_carried_out_twice_changes_nothing(night, root):
    """What it would add is there."""
    plan = night.media.plan(folder=root)
    night.media.apply(plan)
    before = night.songs.get_songs()

    report = night.media.apply(plan)

    assert report.added == 0
    assert before == night.songs.get_songs()


def test_two_who_plan_the_same_add_it_once(library, root, put):
    """Whoever comes second finds it there."""
    put("my-song/original.mp3")
    put("b.mp3")
    one, other = library.media.plan(folder=root), library.media.plan(folder=root)

    assert library.media.apply(one).added == 2
    assert library.media.apply(other).added == 0
    assert library.songs.count_songs() == 2


def test_a_song_of_the_host_is_no_addition(library, root, put):
    """A plan that would attach files to it says that it changes."""
    library.songs.create_song("Mine", "Me", song_id="my-song")
    put("my-song/original.mp3")

    plan = library.media.plan(folder=root)

    assert ([song.song_id for song in plan.changed], plan.added) == (["my-song"], ())


def test_how_sure_a_name_is_is_said(library, root, put_tagged):
    """Tags are certain, names as their pattern says, a mere name hardly."""
    put_tagged("tagged.mp3", TIT2(text="x"))
    put_tagged("SC1234-05 - Björk - Jóga.mp3")
    put_tagged("just a name.mp3")

    sure = {song.paths[0]: song.confidence for song in library.media.plan(folder=root).added}

    assert sure == {"tagged.mp3": 0.6, "SC1234-05 - Björk - Jóga.mp3": 0.9, "just a name.mp3": 0.3}


def test_only_a_plan_can_be_carried_out(library):
    """Anything else is `InvalidValue`."""
    with pytest.raises(InvalidValue, match="plan"):
        library.media.apply("main")


def test_the_writer_is_held_briefly(demo, library, root, put, monkeypatch):
    """A batch ends when its time is up, and others get the writer before the next."""
    for number in range(60):
        put(f"{number}.mp3")
    held = []
    run = type(library).run

    def timed(self, function, **how):
        begun = applying.time.monotonic()
        answer = run(self, function, **how)
        if not how.get("read_only"):
            held.append(applying.time.monotonic() - begun)
        return answer

    monkeypatch.setattr(type(library), "run", timed)
    monkeypatch.setattr(applying, "HELD_SECONDS", 0.0)
    library.media.sync(folder=root, workers=0)

    assert len(held) >= 60 // applying.STEP
    assert library.songs.count_songs() == 60


def test_a_sync_that_was_interrupted_is_not_taken_for_a_whole_one(library, root, put, monkeypatch):
    """Also if the folder then is again as it was when store and disk last agreed."""
    files = [put("a.mp3"), put("b.mp3")]
    library.media.sync(folder=root)
    before = [(file, file.read_bytes(), file.stat().st_mtime_ns) for file in files]
    for file in files:
        tags = ID3(file)
        tags.setall("TIT2", [TIT2(text="Changed")])
        tags.save(file)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(applying, "_READ_AHEAD", 1)
        library.media.sync(folder=root, progress=interrupting(2))
    assert sorted(song.title for song in library.songs.get_songs()) == ["Alouette", "Changed"]
    for file, content, mtime_ns in before:
        file.write_bytes(content)
        os.utime(file, ns=(mtime_ns, mtime_ns))

    library.media.sync(folder=root)

    assert [song.title for song in library.songs.get_songs()] == ["Alouette", "Alouette"]


def interrupting(at):
    """A progress that is interrupted at this song."""

    def tell(done, _):
        if done == at:
            raise KeyboardInterrupt

    return tell


def test_one_transaction_is_all_or_nothing(night, root, monkeypatch):
    """What fails at its end undoes its beginning."""
    monkeypatch.setattr(applying, "STEP", 1)
    plan, before = night.media.plan(folder=root), night.songs.get_songs()

    def failing(*_):
        raise RuntimeError

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(applying.Applier, "_mark_missing", failing)
        night.media.apply(plan, one_transaction=True)
    assert night.songs.get_songs() == before

    report = night.media.apply(plan, one_transaction=True)
    assert (report.added, report.moved, report.restored, report.missing) == (1, 1, 1, 1)


@pytest.mark.parametrize("name", ["changes.mp3", "stays.mp3"])
def test_a_song_that_was_deleted_since_does_not_come_back(night, root, put, name):
    """Its files are those of a deleted song, whether the plan was to read them again or to give it another."""
    put("stays.cdg").write_bytes(bytes(24) * 1000)
    plan = night.media.plan(folder=root)
    song = next(each for each in night.songs.get_songs() if each.media["original"] == name)
    assert song.id in {each.song_id for each in plan.changed}
    night.songs.delete_song(song.id)

    report = night.media.apply(plan)

    assert (name in report.stale, report.added) == (True, 1)
    assert night.songs.get_song(song.id) is None
    assert night.media.sync(folder=root).added == 0


def test_a_song_that_was_merged_since_is_missing_with_its_file(night, root):
    """What it went into has the file now, and nothing else."""
    plan = night.media.plan(folder=root)
    gone = next(each for each in night.songs.get_songs() if each.media["original"] == "goes.mp3")
    kept = night.songs.create_song("Kept", "x")
    night.versions.merge_songs(kept.id, [gone.id])

    night.media.apply(plan)

    assert night.songs.get_song(kept.id).missing_since is not None
