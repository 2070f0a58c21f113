"""Folders as people have them: damaged files, strange names, links, and places that may not be read."""

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import mutagen  # noqa: F401 - imported before a test drops its privileges
import pytest

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")


def _problems(report):
    return dict(report.unreadable)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"this is not music\n" * 100, "damaged"),
        (b"\0" * 5000, "damaged"),
        (b"ID3\x04\x00\x00\x00\x7f\x7f\x7f", "damaged"),
    ],
)
def test_a_file_without_audio_is_reported_and_skipped(library, root, put, content, reason):
    """The songs beside it are stored."""
    put("good.mp3")
    (root / "bad.mp3").write_bytes(content)

    report = library.media.sync(folder=root)

    assert report.added == 1
    assert list(_problems(report)) == ["bad.mp3"]
    assert reason in _problems(report)["bad.mp3"]


@pytest.mark.parametrize("ending", ["ogg", "flac", "m4a", "wav", "opus", "wma", "aiff", "ape", "wv", "mpc", "dsf"])
def test_a_text_file_is_no_audio_whatever_its_name(library, root, ending):
    """No parser makes a song of it, or brings the sync down."""
    (root / f"a.{ending}").write_bytes(b"this is not music\n" * 100)

    report = library.media.sync(folder=root)

    assert (report.added, len(report.unreadable)) == (0, 1)


@pytest.mark.parametrize("source", ["Traditionnel/Alouette.mp3", "Franz Schubert/Heidenröslein.flac"])
def test_a_truncated_file_is_never_fatal(library, root, demo, source):
    """Cut anywhere, a file is a song or a report, and the others are there."""
    whole = (demo / source).read_bytes()
    cuts = range(0, len(whole), 97)
    for cut in cuts:
        (root / f"{cut:05}{source[source.rindex('.') :]}").write_bytes(whole[:cut])

    report = library.media.sync(folder=root)

    assert len(cuts) == report.added + len({path for path, _ in report.unreadable})
    assert "00097" in "".join(_problems(report))


def test_a_damaged_stem_leaves_the_rest_of_the_song(library, root, put):
    """It is reported, kept out of the media, and the next stem speaks for the song."""
    put("my-song/original.mp3").write_bytes(b"")
    put("my-song/vocals.mp3", "frere-jacques/vocals.mp3")

    report = library.media.sync(folder=root)

    song = library.songs.get_song("my-song")
    assert list(_problems(report)) == ["my-song/original.mp3"]
    assert dict(song.media) == {"vocals": "my-song/vocals.mp3"}
    assert song.title == "Frère Jacques (vocals)"


@pytest.mark.parametrize(
    "name", ["🎤 Jóga", "two\nlines", "back\\slash", "%_'\";--", "x" * 251, "é" * 125, " ", "a.b."]
)
def test_strange_names_are_names(library, root, put, name):
    """Whatever the system allows in a name is stored as it is listed."""
    try:
        put(f"{name}.mp3")
    except OSError:
        pytest.skip("this system refuses the name")

    report = library.media.sync(folder=root)

    assert (report.added, report.unreadable) == (1, ())
    assert f"{name}.mp3" == library.songs.get_songs()[0].media["original"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_not_utf8_is_reported(library, root, put):
    """A file or folder whose name cannot be stored is left out, its bytes spelled."""
    good = put("good.mp3")
    shutil.copyfile(good, os.fsencode(root) + b"/caf\xe9.mp3")
    Path(os.fsdecode(os.fsencode(root) + b"/\xff")).mkdir()
    shutil.copyfile(good, os.fsencode(root) + b"/\xff/inside.mp3")

    report = library.media.sync(folder=root)

    assert report.added == 1
    assert {"caf\\xe9.mp3", "\\xff"} == set(_problems(report))


@posix
def test_a_link_out_of_the_folder_is_not_followed(library, root, demo, tmp_path):
    """Neither a file nor a folder outside is read, however the link gets there."""
    (root / "file.mp3").symlink_to(demo / "Traditionnel/Alouette.mp3")
    (root / "folder").symlink_to(demo)
    (root / "up").symlink_to("..")
    (root / "nowhere.mp3").symlink_to(tmp_path / "nowhere")

    report = library.media.sync(folder=root)

    assert report.added == 0
    assert {"file.mp3", "folder", "up", "nowhere.mp3"} == set(_problems(report))
    assert all("outside" in reason for reason in _problems(report).values())


@posix
def test_a_folder_whose_name_begins_alike_is_outside(library, root, put, tmp_path):
    """`songs-private` is not inside `songs`."""
    private = tmp_path / "songs-private"
    private.mkdir()
    shutil.move(put("a.mp3"), private)
    (root / "link.mp3").symlink_to(private / "a.mp3")

    assert library.media.sync(folder=root).added == 0


@posix
def test_links_in_a_circle_end(library, root, put):
    """Links to folders inside are not followed: what they hold is found in its own place."""
    put("a/song.mp3")
    (root / "a/loop").symlink_to(root)
    (root / "a/self").symlink_to("self")

    report = library.media.sync(folder=root)

    assert (report.added, list(_problems(report))) == (1, ["a/self"])


@posix
def test_a_link_inside_is_a_stem_but_not_a_second_song(library, root, put):
    """A song's folder may borrow a file; a list made of links does not double the library."""
    put("raw/take.mp3")
    for link in ("my-song/original.mp3", "favourites/take.mp3"):
        (root / link).parent.mkdir()
        (root / link).symlink_to(root / "raw/take.mp3")

    library.media.sync(folder=root)

    assert sorted(s.media["original"] for s in library.songs.get_songs()) == ["my-song/original.mp3", "raw/take.mp3"]


@posix
def test_a_link_may_be_the_root(library, demo, tmp_path):
    """What the host names is the folder, also through a link."""
    (tmp_path / "link").symlink_to(demo)

    assert library.media.sync(folder=tmp_path / "link").added == 14


@posix
def test_a_pipe_is_not_opened(library, root):
    """Reading one would wait for ever."""
    os.mkfifo(root / "a.mp3")

    assert library.media.sync(folder=root).added == 0


def test_hidden_files_and_litter_are_skipped_without_a_word(library, root, put):
    """What systems leave in folders is nobody's song."""
    for path in (".hidden.mp3", "._song.mp3", ".trash/a.mp3", "@eaDir/a.mp3", "__MACOSX/a.mp3", "$RECYCLE.BIN/a.mp3"):
        put(path)
    for name in ("Thumbs.db", "desktop.ini", "notes.txt", "cover.jpg", "lonely.cdg"):
        (root / name).write_bytes(b"x")

    report = library.media.sync(folder=root)

    assert (report.added, report.unreadable) == (0, ())


@pytest.fixture
def guarded(demo):
    """A folder with a song, a file and a folder that may not be read, and what drops the privileges of root."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    shutil.copytree(demo, folder / "closed")
    shutil.copyfile(demo / "Traditionnel/Alouette.mp3", folder / "open.mp3")
    shutil.copyfile(demo / "Traditionnel/Alouette.mp3", folder / "closed.mp3")
    yield folder
    (folder / "closed").chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def _nobody():
    """Root may read everything; then nobody does the reading."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@posix
def test_what_may_not_be_read_is_reported_and_not_missing(library, guarded):
    """A closed folder says nothing of the songs in it, and a file that cannot be opened is tried again."""
    library.media.sync(folder=guarded)
    (guarded / "closed").chmod(0)
    shutil.copyfile(guarded / "open.mp3", guarded / "new.mp3")
    (guarded / "new.mp3").chmod(0)

    with _nobody():
        first, second = (library.media.sync(folder=guarded) for _ in range(2))
    (guarded / "new.mp3").chmod(0o644)
    third = library.media.sync(folder=guarded)

    for report in (first, second):
        assert (report.added, report.updated, report.unchanged, report.missing) == (0, 0, 16, 0)
        assert {"closed", "new.mp3"} == set(_problems(report))
        assert all("Permission denied" in reason for reason in _problems(report).values())
    assert third.added == 1


@posix
def test_a_root_that_may_not_be_read_is_an_error(library, guarded):
    """Nothing is known of it, so nothing changes."""
    (guarded / "closed").chmod(0)

    with _nobody(), pytest.raises(Exception, match="cannot be read") as caught:
        library.media.sync(folder=guarded / "closed")

    assert type(caught.value).__name__ == "Unavailable"


@posix
def test_a_closed_folder_keeps_its_songs(library, guarded):
    """A copy of a song's folder does not take the place of the one that cannot be looked into."""
    library.media.sync(folder=guarded)
    before = library.songs.get_song("frere-jacques")
    shutil.copytree(guarded / "closed/frere-jacques", guarded / "again/frere-jacques")
    (guarded / "closed").chmod(0)

    with _nobody():
        report = library.media.sync(folder=guarded)

    assert (report.added, report.updated, report.missing) == (1, 0, 0)
    assert library.songs.get_song("frere-jacques") == before


@posix
def test_a_folder_that_may_be_listed_only_keeps_its_songs(library, guarded):
    """The names are there, and nothing can be said of the files: that is not gone."""
    library.media.sync(folder=guarded)
    (guarded / "closed/Traditionnel").chmod(0o444)

    with _nobody():
        first, second = (library.media.sync(folder=guarded) for _ in range(2))
    (guarded / "closed/Traditionnel").chmod(0o755)
    third = library.media.sync(folder=guarded)

    for report in (first, second):
        assert (report.missing, report.updated) == (0, 0)
        assert _problems(report) == {"closed/Traditionnel/Alouette.mp3": "Permission denied"}
    assert (third.missing, third.updated, third.unreadable) == (0, 0, ())
