"""Where store and disk disagree, and where files are."""

import json
import unicodedata

import pytest

import karaoke_persist
from karaoke_persist import InvalidValue
from karaoke_persist.media.paths import is_foreign


@pytest.fixture
def library(library, root):
    """Give an empty library on each embedded backend, which knows the root."""
    url = library.url if library.url.startswith("sqlite") else "memory://"
    with karaoke_persist.open(url, on_error="raise", roots={"main": root}) as opened:
        yield opened


def test_a_library_in_step_is_clean(library, put, root):
    """Nothing is found, and that can be said in JSON."""
    put("my-song/original.mp3")
    put("a.mp3")
    library.media.sync()

    found = library.media.check()

    assert found.is_clean
    assert json.loads(json.dumps(found.to_dict()))["songsWithoutFiles"] == []


def test_what_disagrees_is_found(library, put, root):
    """Songs without files, files without songs, stems that are gone, and what cannot be read; nothing is changed."""
    put("my-song/original.mp3")
    put("my-song/vocals.mp3", "frere-jacques/vocals.mp3")
    put("gone.mp3", "Stephen Foster/Oh! Susanna.mp3")
    (root / "bad.mp3").write_bytes(b"no music")
    library.media.sync()
    (gone,) = [song for song in library.songs.get_songs() if song.id != "my-song"]
    (root / "gone.mp3").unlink()
    (root / "my-song/vocals.mp3").unlink()
    put("new.mp3", "Franz Schubert/Ständchen.mp3")
    before = library.songs.get_songs()

    found = library.media.check("main")

    assert found.songs_without_files == (gone.id,)
    assert [(lost.song_id, lost.kind, lost.path) for lost in found.missing_stems] == [
        ("my-song", "vocals", "my-song/vocals.mp3")
    ]
    assert found.files_without_songs == ("main:new.mp3",)
    assert [path for path, _ in found.unreadable] == ["main:bad.mp3"]
    assert not found.is_clean
    assert before == library.songs.get_songs()


def test_paths_of_older_databases_are_reported_and_mapped(library, put):
    """Absolute ones and those of Windows lead to the file that is there; what leads nowhere is left."""
    put("song-1/vocals.mp3", "frere-jacques/vocals.mp3")
    put("song-1/instrumental.mp3", "frere-jacques/instrumental.mp3")
    old = {
        "vocals": "/home/somebody/karaoke_library/song-1/vocals.mp3",
        "instrumental": "song-1\\instrumental.mp3",
        "original": "C:\\music\\elsewhere\\original.mp3",
    }
    library.songs.create_song("T", "A", song_id="old", media=old)

    found = {lost.kind: lost.mapped for lost in library.media.check().foreign_paths}

    assert found == {"vocals": "song-1/vocals.mp3", "instrumental": "song-1/instrumental.mp3", "original": None}
    assert library.media.repair() == 1
    assert dict(library.songs.get_song("old").media) == {
        "vocals": "song-1/vocals.mp3",
        "instrumental": "song-1/instrumental.mp3",
        "original": old["original"],
    }
    assert library.media.repair() == 0


def test_a_backslash_in_a_name_is_no_mistake(library, put):
    """Where the system allows it, and the file is there."""
    try:
        put("back\\slash.mp3")
    except OSError:
        pytest.skip("this system refuses the name")
    library.media.sync()

    assert library.media.check().is_clean


def test_a_name_alone_maps_to_nothing(library, put):
    """Any folder might have an `original.mp3`."""
    put("original.mp3")
    library.songs.create_song("T", "A", song_id="old", media={"original": "/elsewhere/original.mp3"})

    assert [lost.mapped for lost in library.media.check().foreign_paths] == [None]


@pytest.mark.parametrize(
    ("path", "foreign"),
    [("a/b.mp3", False), ("/a/b.mp3", True), ("a\\b.mp3", True), ("C:/a.mp3", True), ("\\\\nas\\a.mp3", True)],
)
def test_what_is_foreign(path, foreign):
    """Absolute, or with backslashes."""
    assert is_foreign(path) is foreign


COMPOSED, DECOMPOSED = (unicodedata.normalize(form, "Réré.mp3") for form in ("NFC", "NFD"))
MIXED = COMPOSED[:2] + DECOMPOSED[3:]


@pytest.mark.parametrize(
    ("there", "asked", "found"),
    [
        ([DECOMPOSED], COMPOSED, DECOMPOSED),
        ([COMPOSED], DECOMPOSED, COMPOSED),
        ([COMPOSED, DECOMPOSED, MIXED], MIXED, MIXED),
        ([COMPOSED, DECOMPOSED], DECOMPOSED, DECOMPOSED),
        ([COMPOSED, DECOMPOSED], MIXED, COMPOSED),
        ([DECOMPOSED], MIXED, DECOMPOSED),
    ],
)
def test_a_path_is_looked_up_in_every_normal_form(library, put, root, there, asked, found):
    """Exactly first, then composed, then decomposed."""
    for name in there:
        put(name)
    if len(list(root.iterdir())) < len(there):
        pytest.skip("this file system takes them for one name")

    place = library.media.locate(asked)

    assert place is not None
    assert place.samefile(root / found)
    assert library.media.locate("nowhere.mp3") is None


@pytest.mark.parametrize("path", ["../outside.mp3", "/etc/passwd", "a/../../b", "", "x" * 5000, "a\0b"])
def test_a_path_out_of_the_root_is_refused(library, path):
    """Whatever is there."""
    with pytest.raises(InvalidValue, match="path"):
        library.media.locate(path)


def test_a_link_out_of_the_root_is_refused(library, root, demo):
    """It would show what the host did not share."""
    (root / "link.mp3").symlink_to(demo / "Traditionnel/Alouette.mp3")

    with pytest.raises(InvalidValue, match="outside"):
        library.media.locate("link.mp3")


def test_an_unknown_root_is_refused(library):
    """The error lists the roots there are."""
    with pytest.raises(InvalidValue, match="there are: main"):
        library.media.locate("a.mp3", "other")


def test_checksums_find_equal_recordings(library, put):
    """Whole files are read when they are asked for, each once."""
    put("a.mp3")
    put("copies/b.mp3")
    put("c.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync()
    assert {song.checksum for song in library.songs.get_songs()} == {None}

    assert library.media.add_checksums() == 3
    assert library.media.add_checksums() == 0
    (group,) = library.versions.find_duplicates("checksum").items
    assert {song.media["original"] for song in group.songs} == {"a.mp3", "copies/b.mp3"}


def test_a_link_out_of_the_root_is_no_file(library, put, root, demo):
    """A song that names one is found, and hides nothing else; mending leaves it."""
    put("a.mp3")
    library.media.sync()
    (root / "link.mp3").symlink_to(demo / "Traditionnel/Alouette.mp3")
    song = library.songs.create_song("Linked", "A", media={"original": "link.mp3"})

    found = library.media.check()

    assert found.songs_without_files == (song.id,)
    assert library.media.repair() == 0


def test_a_root_is_checked_for_its_own_songs(put, tmp_path):
    """A song whose files are in another root is no concern of this one, wherever it comes from."""
    put("up/original.mp3")
    (tmp_path / "usb").mkdir()
    (tmp_path / "usb/b.mp3").write_bytes(put("b.mp3").read_bytes())
    roots = {"main": tmp_path / "songs", "usb": tmp_path / "usb"}
    with karaoke_persist.open("memory://", on_error="raise", roots=roots) as both:
        both.songs.create_song("Up", "A", song_id="up", source="upload")
        both.media.sync()
        assert both.songs.get_song("up").media == {"original": "up/original.mp3"}

        assert both.media.check("usb").songs_without_files == ()
        (tmp_path / "songs/up/original.mp3").unlink()
        assert both.media.check("main").songs_without_files == ("up",)
