"""Files that are gone: marked, guarded against a drive that is not mounted, found again, and one day purged."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

import karaoke_persist
from karaoke_persist import BadOption, InvalidValue, Unavailable

START = datetime(2024, 1, 1, tzinfo=UTC)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = START

    def __call__(self):
        """What it shows."""
        return self.now

    def pass_days(self, days):
        """Let so many days go by."""
        self.now += timedelta(days=days)


@pytest.fixture
def clock():
    """Give the clock of the library."""
    return Clock()


@pytest.fixture
def library(library, clock, tmp_path, root):
    """Give an empty library on each embedded backend, which knows the root."""
    url = library.url if library.url.startswith("sqlite") else "memory://"
    with karaoke_persist.open(url, on_error="raise", roots={"main": root}, clock=clock) as opened:
        yield opened


def many(put, count):
    """So many songs."""
    return [put(f"{number:02}.mp3") for number in range(count)]


def missing(library):
    """How many songs are marked."""
    return sum(song.missing_since is not None for song in library.songs.get_songs())


def test_a_song_whose_last_file_is_gone_is_missing(library, put, clock):
    """It says since when, keeps all it has, and is listed like any other."""
    file = put("a.mp3")
    put("b.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync()
    before = {song.media["original"]: song for song in library.songs.get_songs()}["a.mp3"]
    user = library.users.register("ana", "correct horse")
    library.favorites.add_song(user.id, before.id)
    file.unlink()

    report = library.media.sync()

    song = library.songs.get_song(before.id)
    assert (report.missing, report.updated, report.unchanged) == (1, 0, 1)
    assert song.missing_since == START
    assert song.replaced({"missing_since": None, "revision": before.revision}) == before
    assert library.favorites.is_favorite(user.id, before.id)


def test_what_comes_back_is_missing_no_more(library, put, root):
    """The same file in its place is restored without being read."""
    file = put("a.mp3")
    library.media.sync()
    shutil.move(file, root.parent / "away.mp3")
    library.media.sync(accept_missing=True)
    assert missing(library) == 1

    shutil.move(root.parent / "away.mp3", file)
    report = library.media.sync()

    assert (report.restored, report.added, report.missing) == (1, 0, 0)
    assert missing(library) == 0


# the guard


def test_when_most_is_gone_nothing_is_marked(library, put):
    """More than half of the files and more than twenty: it may be another folder, so it has to be said."""
    files = many(put, 41)
    library.media.sync()
    for file in files[:21]:
        file.unlink()

    report = library.media.sync()

    assert missing(library) == report.missing == 0
    assert report.guarded == {"main": "21 of 41 known files are gone"}
    assert library.media.sync(accept_missing=True).missing == 21


@pytest.mark.parametrize(("there", "gone"), [(42, 21), (39, 20)])
def test_half_or_twenty_are_within_the_guard(library, put, there, gone):
    """Just half, or just twenty, are believed."""
    files = many(put, there)
    library.media.sync()
    for file in files[:gone]:
        file.unlink()

    report = library.media.sync()

    assert (report.missing, report.guarded) == (gone, {})


def test_moves_count_before_the_guard(library, put, root):
    """A folder that was reorganised is not a folder that is gone."""
    for file in many(put, 30):
        target = root / "new" / file.name
        target.parent.mkdir(exist_ok=True)
        library.media.sync() if file.name == "00.mp3" else None
        file.rename(target)

    report = library.media.sync()

    assert (report.moved, report.missing, report.guarded) == (30, 0, {})


def test_a_few_that_are_gone_while_most_moved_are_missing(library, put, root):
    """What moved is no reason for the guard, and its doubts do not spare the rest."""
    files = many(put, 30)
    for number, file in enumerate(files):
        file.write_bytes(file.read_bytes() + bytes([number]))
    library.media.sync()
    files[0].unlink()
    (root / "new").mkdir()
    for file in files[1:]:
        file.rename(root / "new" / file.name)

    report = library.media.sync()

    assert (report.moved, report.missing, report.guarded) == (29, 1, {})


def test_an_empty_folder_is_not_believed(library, put):
    """However few files there were: a drive that is not mounted looks like this."""
    file = put("a.mp3")
    library.media.sync()
    file.unlink()

    report = library.media.sync()

    assert (missing(library), list(report.guarded)) == (0, ["main"])
    assert library.media.plan().guard is not None
    assert library.media.sync(accept_missing=True).missing == 1


def test_a_folder_that_is_not_there_is_an_error_unless_accepted(library, put, root):
    """Nothing is changed by it, and when it is accepted everything is missing."""
    put("a.mp3")
    library.media.sync()
    shutil.rmtree(root)

    with pytest.raises(Unavailable):
        library.media.sync()
    assert missing(library) == 0
    assert library.media.sync(accept_missing=True).missing == 1
    assert missing(library) == 1


# purge


def purged(library, days=30):
    """What a purge deletes."""
    report = library.media.purge(days=days)
    return report.songs, report.files


def test_a_purge_wants_thirty_days_and_two_scans(library, put, clock):
    """Neither alone is enough."""
    file = put("a.mp3")
    put("b.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync()
    file.unlink()
    library.media.sync()
    clock.pass_days(31)
    assert purged(library) == (0, 0)  # seen missing once

    library.media.sync()
    clock.pass_days(-2)
    assert purged(library) == (0, 0)  # for 29 days
    clock.pass_days(2)
    assert purged(library) == (1, 1)
    assert library.songs.count_songs() == 1
    assert library.media.sync().unchanged == 1


def test_scans_that_did_not_reach_the_root_do_not_count(library, put, root, clock):
    """However often the drive was away, it was not looked for the song."""
    put("a.mp3")
    library.media.sync()
    shutil.rmtree(root)
    for _ in range(3):
        library.media.sync(accept_missing=True)
    clock.pass_days(31)
    assert purged(library) == (0, 0)

    root.mkdir()
    library.media.sync(accept_missing=True)
    assert purged(library) == (0, 0)
    library.media.sync(accept_missing=True)
    assert purged(library) == (1, 1)


def test_a_scan_that_was_not_believed_does_not_count(library, put, root, tmp_path, clock):
    """Another folder was in the root's place: there the song was not looked for."""
    file = put("a.mp3")
    many(put, 30)
    library.media.sync()
    file.unlink()
    library.media.sync()
    root.rename(tmp_path / "away")
    put("other.mp3", "Stephen Foster/Oh! Susanna.mp3")
    assert library.media.sync().guarded
    clock.pass_days(31)
    assert purged(library) == (0, 0)

    shutil.rmtree(root)
    (tmp_path / "away").rename(root)
    library.media.sync()
    assert purged(library) == (1, 1)


def test_a_song_that_was_back_is_counted_anew(library, put, clock):
    """It has to be missed twice again, and for as long."""
    file = put("a.mp3")
    put("b.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync()
    for _ in range(2):
        away = file.rename(file.with_suffix(".away"))
        library.media.sync()
        library.media.sync()
        away.rename(file)
        library.media.sync()
    file.unlink()
    library.media.sync()
    clock.pass_days(31)
    assert purged(library) == (0, 0)

    library.media.sync()
    assert purged(library) == (1, 1)


def test_a_song_with_another_file_elsewhere_stays(library, put, root, clock, tmp_path):
    """What is long gone in one root can still be played from another; only the lost file is forgotten."""
    put("my-song/original.mp3")
    put("b.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync()
    (tmp_path / "usb").mkdir()
    (tmp_path / "usb/copy.mp3").write_bytes((root / "b.mp3").read_bytes())
    library.media.sync("usb", folder=tmp_path / "usb")
    (other,) = (song for song in library.songs.get_songs() if song.media["original"] == "copy.mp3")
    library.versions.merge_songs("my-song", [other.id])
    shutil.rmtree(root / "my-song")
    library.media.sync()
    library.media.sync()
    clock.pass_days(31)

    assert purged(library) == (0, 1)
    assert library.songs.get_song("my-song") is not None


def test_a_purge_of_one_stem_keeps_the_song(library, put, root, clock):
    """It only forgets the path."""
    put("my-song/original.mp3")
    put("my-song/vocals.mp3", "frere-jacques/vocals.mp3")
    library.media.sync()
    (root / "my-song/vocals.mp3").unlink()
    library.media.sync()
    library.media.sync()
    clock.pass_days(31)

    assert purged(library) == (0, 1)
    assert dict(library.songs.get_song("my-song").media) == {"original": "my-song/original.mp3"}


def test_a_purged_song_comes_back_as_a_new_one(library, put, clock):
    """Nothing remembers that it was there, so nothing keeps it away."""
    file = put("a.mp3")
    put("b.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync()
    content = file.read_bytes()
    file.unlink()
    library.media.sync()
    library.media.sync()
    clock.pass_days(31)
    library.media.purge()

    file.write_bytes(content)

    assert library.media.sync().added == 1


def test_a_purge_passes_over_what_plays(library, put, clock, monkeypatch):
    """A song that plays is kept and named; all others go, however few fit into a batch, and the next purge takes it."""
    monkeypatch.setattr("karaoke_persist.media.missing._BATCH", 1)
    files = [put(f"{name}.mp3") for name in "abc"]
    put("d.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync()
    playing = next(song.id for song in library.songs.get_songs() if song.media["original"] == "a.mp3")
    library.queue.add(playing, singer="Ana")
    library.queue.play_next()
    for file in files:
        file.unlink()
    library.media.sync()
    library.media.sync()
    clock.pass_days(31)

    report = library.media.purge()
    assert (report.songs, report.kept) == (2, (playing,))
    library.queue.complete()
    assert library.media.purge().songs == 1


@pytest.mark.parametrize("days", [-1, 1.5, True, "30"])
def test_a_purge_wants_a_number_of_days(library, days):
    """Anything else is `InvalidValue`."""
    with pytest.raises(InvalidValue, match="days"):
        library.media.purge(days=days)


# ignored


def test_a_song_that_was_deleted_does_not_come_back(library, put, root):
    """Its files stay and are passed over, also when more of them come, until somebody asks for them."""
    put("my-song/original.mp3")
    library.media.sync()
    library.songs.delete_song("my-song")
    put("my-song/vocals.mp3", "frere-jacques/vocals.mp3")

    assert library.media.sync().added == library.songs.count_songs() == 0
    assert library.media.sync().added == 0
    assert set(library.media.check().ignored) == {"main:my-song/original.mp3", "main:my-song/vocals.mp3"}
    assert library.media.sync(include_ignored=True).added == 1
    assert set(library.songs.get_song("my-song").media) == {"original", "vocals"}


def test_an_ignored_file_stays_ignored_when_it_moves(library, put, root):
    """And when it is changed."""
    file = put("a.mp3")
    library.media.sync()
    (song,) = library.songs.get_songs()
    library.songs.delete_song(song.id)
    file.rename(root / "b.mp3")
    assert library.media.sync().added == 0
    (root / "b.mp3").write_bytes((root / "b.mp3").read_bytes() + b"more")

    assert library.media.sync().added == 0


def test_a_purge_without_a_root_is_refused():
    """A library that knows no folder would purge nothing, and say so of all."""
    with karaoke_persist.open("memory://") as library, pytest.raises(BadOption, match="no library folder is known"):
        library.media.purge()


def test_an_ignored_file_that_was_away_stays_ignored(library, put, root, clock):
    """Also if it comes back changed: a purge later on does not forget what is there."""
    file = put("a.mp3")
    put("b.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync()
    library.songs.delete_song(next(s.id for s in library.songs.get_songs() if s.media["original"] == "a.mp3"))
    content = file.read_bytes()
    file.unlink()
    for _ in range(2):
        library.media.sync()
    file.write_bytes(content + b"changed")
    assert library.media.sync().added == 0

    clock.pass_days(31)
    assert purged(library) == (0, 0)
    put("c.mp3", "Franz Schubert/Ständchen.mp3")
    assert library.media.sync().added == 1
    assert library.media.check().ignored == ("main:a.mp3",)


def test_a_picture_that_moved_makes_no_song_playable(library, put, root, clock):
    """The song stays missing, since when it was, until something of it can be played."""
    file = put("my-song/original.mp3")
    put("my-song/cover.jpg", "frere-jacques/thumbnail.jpg")
    put("b.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync()
    file.unlink()
    library.media.sync()
    clock.pass_days(1)

    (root / "my-song").rename(root / "pictures")
    library.media.sync()

    song = library.songs.get_song("my-song")
    assert (song.missing_since, song.media["cover_art"]) == (START, "pictures/cover.jpg")
