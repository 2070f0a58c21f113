"""What a sync does with the folders of songs that were merged."""

import shutil

import pytest

from karaoke_persist import AlreadyExists


@pytest.fixture
def twins(library, root, put):
    """Two folders of one song, synced, the second merged into the first."""
    put("joga/original.mp3")
    put("joga-again/original.mp3")
    put("joga-again/vocals.mp3")
    library.media.sync(folder=root)
    library.versions.merge_songs("joga", ["joga-again"])


def ids(library):
    """The songs there are."""
    return sorted(song.id for song in library.songs.get_songs())


def test_a_merged_song_does_not_come_back(library, root, twins):
    """Its folder belongs to the kept song, which took over what it lacked; nothing is added or changed."""
    report = library.media.sync(folder=root)

    assert (report.added, report.updated, report.unchanged, report.missing) == (0, 0, 1, 0)
    assert ids(library) == ["joga"]
    assert library.songs.get_song("joga").media == {"original": "joga/original.mp3", "vocals": "joga-again/vocals.mp3"}


def test_a_new_file_of_a_merged_folder_goes_to_the_kept_song(library, root, put, twins):
    """Both folders may bring something in one sync."""
    put("joga-again/instrumental.mp3")
    put("joga/original.cdg")

    report = library.media.sync(folder=root)

    assert ids(library) == ["joga"]
    assert (report.added, report.updated) == (0, 1)
    media = library.songs.get_song("joga").media
    assert media["instrumental"] == "joga-again/instrumental.mp3"
    assert media["cdg"] == "joga/original.cdg"


def test_a_merged_folder_fills_in_for_a_file_that_is_gone(library, root, twins):
    """When the kept song's own file is deleted, that of the merged folder takes its place."""
    (root / "joga/original.mp3").unlink()

    library.media.sync(folder=root)

    assert ids(library) == ["joga"]
    assert library.songs.get_song("joga").media["original"] == "joga-again/original.mp3"


def test_a_merged_file_does_not_come_back(library, root, put):
    """Songs whose ids come from the place of a single file are no different."""
    put("a.mp3")
    put("b.mp3")
    library.media.sync(folder=root)
    keep, other = ids(library)
    library.versions.merge_songs(keep, [other])

    report = library.media.sync(folder=root)

    assert (report.added, report.updated) == (0, 0)
    assert [keep] == ids(library)


def test_a_song_merged_into_one_of_another_folder(library, root, put, tmp_path):
    """It stays merged, although the kept song comes from elsewhere."""
    put("joga/original.mp3")
    library.media.sync("main", folder=root)
    second = tmp_path / "second"
    shutil.copytree(root / "joga", second / "hyper")
    library.media.sync("second", folder=second)
    library.versions.merge_songs("hyper", ["joga"])

    library.media.sync("main", folder=root)

    assert ids(library) == ["hyper"]


def test_a_deleted_song_sets_its_merged_ids_free(library, root, twins):
    """Both folders are ignored, as those of any deleted song, and are songs of their own when they are asked for."""
    library.songs.delete_song("joga")
    library.media.sync(folder=root)
    assert ids(library) == []

    library.media.sync(folder=root, include_ignored=True)

    assert ids(library) == ["joga", "joga-again"]
    with pytest.raises(AlreadyExists):
        library.songs.create_song("New", "x", song_id="joga-again")


def test_a_missing_song_is_played_from_the_one_that_it_is_merged_with(library, root, put):
    """As when its file moved, and nobody but the host could tell which it became."""
    files = [put("a.mp3"), put("b.mp3")]
    put("stays.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync(folder=root)
    old = next(song for song in library.songs.get_songs() if song.media["original"] == "a.mp3")
    content = files[0].read_bytes()
    for file, name in zip(files, ("c.mp3", "d.mp3"), strict=True):
        file.unlink()
        (root / name).write_bytes(content)
    assert library.media.sync(folder=root).ambiguous
    new = next(song for song in library.songs.get_songs() if song.media["original"] == "c.mp3")

    kept = library.versions.merge_songs(old.id, [new.id])

    assert (dict(kept.media), kept.missing_since) == ({"original": "c.mp3"}, None)
    assert library.media.sync(folder=root).updated == 0


@pytest.mark.parametrize("back", ["b.mp3", "elsewhere.mp3"])
def test_the_first_file_that_is_back_is_played(library, root, put, tmp_path, back):
    """A song that lost both of its files plays the one that is there again, whichever its media named."""
    own, other = put("a.mp3"), put("b.mp3")
    other.write_bytes(own.read_bytes() + b"other")
    put("stays.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync(folder=root)
    first, second = sorted(library.songs.get_songs(), key=lambda song: song.media["original"])[:2]
    library.versions.merge_songs(first.id, [second.id])
    own.unlink()
    away = other.rename(tmp_path / "away")
    library.media.sync(folder=root)
    assert library.songs.get_song(first.id).missing_since is not None

    away.rename(root / back)
    library.media.sync(folder=root)

    song = library.songs.get_song(first.id)
    assert (dict(song.media), song.missing_since) == ({"original": back}, None)
