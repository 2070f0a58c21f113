"""Files that are elsewhere: the song stays the song, with its id and all that hangs on it."""

import hashlib
import io
import os
import random
import shutil
import unicodedata

import pytest
from mutagen.id3 import TIT2, TPE1

from karaoke_persist.media.fingerprints import fingerprint


def only(library):
    """The one song there is."""
    (song,) = library.songs.get_songs()
    return song


def copy_away(source, target):
    """Move as between two file systems: another inode, another time, the same contents."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    os.utime(target, (1_000_000_000, 1_000_000_000))
    source.unlink()


def test_a_renamed_file_is_the_same_song(library, root, put):
    """By device, inode, size and time; no file is read for it, and what hangs on the song stays."""
    file = put("Somebody - Something.mp3")
    library.media.sync(folder=root)
    before = only(library)
    file.rename(root / "else.mp3")

    report = library.media.sync(folder=root)

    song = only(library)
    assert (report.added, report.updated, report.moved, report.missing) == (0, 1, 1, 0)
    assert (song.id, song.title) == (before.id, before.title)
    assert song.media["original"] == "else.mp3"
    assert library.media.sync(folder=root).unchanged == 1


def test_a_file_that_was_copied_and_deleted_is_the_same_song(library, root, put):
    """Across file systems its contents tell."""
    file = put("a.mp3")
    library.media.sync(folder=root)
    before = only(library).id
    copy_away(file, root / "deep/b.mp3")

    report = library.media.sync(folder=root)

    assert (report.added, report.moved) == (0, 1)
    assert (only(library).id, only(library).media["original"]) == (before, "deep/b.mp3")


def test_a_file_with_new_tags_in_a_new_place_is_known_by_name_and_size(library, root, put_tagged):
    """Where contents changed, a name and a size that nobody else has do; the tags are read again."""
    file = put_tagged("Some Song.mp3", TIT2(text="Jaga"), TPE1(text="Bjork"))
    library.media.sync(folder=root)
    before, size = only(library).id, file.stat().st_size
    file.unlink()
    other = put_tagged("new/Some Song.mp3", TIT2(text="Joga"), TPE1(text="Bjork"))
    assert other.stat().st_size == size

    report = library.media.sync(folder=root)

    assert (report.added, report.moved) == (0, 1)
    assert (only(library).id, only(library).title) == (before, "Joga")


def test_what_may_be_any_of_several_is_reported_and_not_guessed(library, root, put):
    """Two files of the same contents that both moved under new names: nobody can tell which is which."""
    first, second = put("a.mp3"), put("b.mp3")
    library.media.sync(folder=root)
    before = {song.id for song in library.songs.get_songs()}
    copy_away(first, root / "x/c.mp3")
    copy_away(second, root / "x/d.mp3")

    report = library.media.sync(folder=root)

    (doubt,) = report.ambiguous
    assert (set(doubt.gone), set(doubt.new)) == ({"a.mp3", "b.mp3"}, {"x/c.mp3", "x/d.mp3"})
    assert (report.added, report.moved, report.missing) == (2, 0, 2)
    assert before < {song.id for song in library.songs.get_songs()}


def test_twins_that_keep_their_names_are_told_apart(library, root, put):
    """Name and size decide where contents do not."""
    files = [put("a.mp3"), put("b.mp3")]
    library.media.sync(folder=root)
    before = {song.media["original"]: song.id for song in library.songs.get_songs()}
    for file in files:
        copy_away(file, root / "x" / file.name)

    report = library.media.sync(folder=root)

    assert (report.added, report.moved, report.ambiguous) == (0, 2, ())
    after = {song.media["original"]: song.id for song in library.songs.get_songs()}
    assert after == {f"x/{path}": song_id for path, song_id in before.items()}


def test_stems_of_another_folder_are_not_taken_for_a_move(library, root, put):
    """Every folder has an `original.mp3`: there the folder's name counts too."""
    put("one/original.mp3")
    library.media.sync(folder=root)
    shutil.rmtree(root / "one")
    file = put("two/original.mp3")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)

    report = library.media.sync(folder=root)

    assert (report.added, report.moved, report.missing) == (1, 0, 1)
    assert {"one", "two"} == {song.id for song in library.songs.get_songs()}


def test_a_folder_of_stems_moves_as_a_whole(library, root, put):
    """All of its files, under another name too; its id stays."""
    for stem in ("original", "vocals", "instrumental"):
        put(f"my-song/{stem}.mp3", f"frere-jacques/{stem}.mp3")
    put("my-song/thumbnail.jpg", "frere-jacques/thumbnail.jpg")
    library.media.sync(folder=root)
    (root / "my-song").rename(root / "other-name")

    report = library.media.sync(folder=root)

    assert (report.added, report.moved, report.missing) == (0, 4, 0)
    assert only(library).id == "my-song"
    assert {path.split("/")[0] for path in only(library).media.values()} == {"other-name"}


def test_a_name_in_another_normal_form_is_the_same_file(library, root, put):
    """A drive that went through another system spells its names differently."""
    composed, decomposed = (unicodedata.normalize(form, "Jóga.mp3") for form in ("NFC", "NFD"))
    file = put(composed)
    library.media.sync(folder=root)
    before = only(library).id
    file.rename(root / decomposed)
    if decomposed not in [path.name for path in root.iterdir()]:
        pytest.skip("this file system folds names")

    library.media.sync(folder=root)

    assert (only(library).id, only(library).media["original"]) == (before, decomposed)


def test_a_missing_song_is_found_where_it_moved_to(library, root, put):
    """Also when a scan came between its going and its coming."""
    file = put("a.mp3")
    put("b.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync(folder=root)
    shutil.move(file, root.parent / "away.mp3")
    assert library.media.sync(folder=root).missing == 1

    (root / "deep").mkdir()
    shutil.move(root.parent / "away.mp3", root / "deep/c.mp3")
    report = library.media.sync(folder=root)

    assert (report.added, report.moved, report.missing) == (0, 1, 0)
    assert all(song.missing_since is None for song in library.songs.get_songs())


def test_files_that_swap_their_names_are_read_again(library, root, put):
    """Then both are changed, and no move is seen; each song says what its file says."""
    first, second = put("a.mp3"), put("b.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync(folder=root)
    first.rename(root / "c")
    second.rename(first)
    (root / "c").rename(second)

    library.media.sync(folder=root)

    titles = {song.media["original"]: song.title for song in library.songs.get_songs()}
    assert titles == {"a.mp3": "Oh! Susanna", "b.mp3": "Alouette"}


def test_a_move_does_not_undo_what_a_person_wrote(library, root, put):
    """Only the path changes."""
    file = put("a.mp3")
    library.media.sync(folder=root)
    library.songs.patch_song(only(library).id, {"title": "Mine", "genre": None})
    file.rename(root / "b.mp3")

    library.media.sync(folder=root)

    assert (only(library).title, only(library).genre) == ("Mine", None)


@pytest.mark.parametrize(("gone", "new"), [(["a.mp3"], ["x/c.mp3", "x/d.mp3"]), (["a.mp3", "b.mp3"], ["x/c.mp3"])])
def test_contents_must_be_unique_on_both_sides(library, root, put, gone, new):
    """One that may have become either of two, and one that may have been either of two, are not guessed."""
    files = [put(name) for name in gone]
    put("stays.mp3", "Stephen Foster/Oh! Susanna.mp3")
    library.media.sync(folder=root)
    for name in new:
        put(name)
    for file in files:
        file.unlink()

    report = library.media.sync(folder=root)

    (doubt,) = report.ambiguous
    assert (set(doubt.gone), set(doubt.new)) == (set(gone), set(new))
    assert (report.added, report.moved, report.missing) == (len(new), 0, len(gone))


def test_links_to_one_file_are_not_told_apart(library, root, put):
    """What the system calls the same file twice may be either."""
    file = put("a.mp3")
    library.media.sync(folder=root)
    for name in ("b.mp3", "c.mp3"):
        (root / name).hardlink_to(file)
    file.unlink()

    report = library.media.sync(folder=root)

    assert (report.added, report.moved, len(report.ambiguous)) == (2, 0, 1)


def test_a_name_alone_is_no_move(library, root, put):
    """Another size, another song."""
    put("a/x.mp3")
    library.media.sync(folder=root)
    shutil.rmtree(root / "a")
    put("b/x.mp3", "Stephen Foster/Oh! Susanna.mp3")

    report = library.media.sync(folder=root)

    assert (report.added, report.moved, report.missing, report.ambiguous) == (1, 0, 1, ())


def test_a_name_that_several_had_is_not_guessed_by(library, root, put):
    """Two files of one name and size are gone and one with other contents is there: it may be either."""
    files = {folder: put(f"{folder}/x.mp3") for folder in ("a", "b")}
    put("c.mp3", "Stephen Foster/Oh! Susanna.mp3")
    content = files["a"].read_bytes()
    for folder, file in files.items():
        file.write_bytes(content[:-1] + folder.encode())
    library.media.sync(folder=root)
    for folder in files:
        shutil.rmtree(root / folder)
    put("n/x.mp3").write_bytes(content[:-1] + b"n")

    report = library.media.sync(folder=root)

    (doubt,) = report.ambiguous
    assert (set(doubt.gone), doubt.new) == ({"a/x.mp3", "b/x.mp3"}, ("n/x.mp3",))
    assert (report.added, report.moved, report.missing) == (1, 0, 2)


@pytest.mark.parametrize("size", [0, 5, 16 * 1024, 70_000, 200_000])
def test_the_fingerprint_of_a_file(size):
    """BLAKE2b of the size, the first 16 KiB and the last 64 KiB, however these overlap."""
    data = random.Random(size).randbytes(size)
    expected = hashlib.blake2b(b"%d\0" % size + data[: 16 * 1024] + data[-64 * 1024 :], digest_size=16)

    assert fingerprint(io.BytesIO(data)) == expected.hexdigest()
