"""What a person decided is the person's: no scan overwrites it."""

import os

from mutagen.id3 import ID3, TALB, TCON, TDRC, TIT2, TPE1


def retag(file, *frames):
    """Write other tags, as an editor does."""
    tags = ID3(file)
    for frame in frames:
        tags.setall(frame.FrameID, [frame])
    tags.save(file)
    os.utime(file)


def test_a_changed_file_changes_what_nobody_decided(library, root, put_tagged):
    """New tags are taken over, but for the fields that a person wrote, and those that a person cleared."""
    file = put_tagged("a.mp3", TIT2(text="Jaga"), TPE1(text="Bjork"), TALB(text="Old"), TCON(text="Pop"))
    library.media.sync(folder=root)
    (song,) = library.songs.get_songs()
    assert song.curated == ()
    library.songs.patch_song(song.id, {"title": "Jóga", "genre": None})
    retag(file, TIT2(text="Yoga"), TPE1(text="Björk"), TALB(text="Homogenic"), TCON(text="Rock"), TDRC(text="1997"))

    report = library.media.sync(folder=root)

    after = library.songs.get_song(song.id)
    assert report.updated == 1
    assert (after.title, after.genre) == ("Jóga", None)
    assert (after.artist, after.album, after.year) == ("Björk", "Homogenic", 1997)
    assert after.curated == ("genre", "title")


def test_a_tag_that_is_gone_takes_nothing_away(library, root, put_tagged):
    """What a file does not say stays as it was."""
    file = put_tagged("a.mp3", TIT2(text="Jóga"), TPE1(text="Björk"), TALB(text="Homogenic"))
    library.media.sync(folder=root)
    ID3(file).delete(file)

    library.media.sync(folder=root)

    (song,) = library.songs.get_songs()
    assert (song.title, song.artist, song.album) == ("Jóga", "Björk", "Homogenic")


def test_a_kind_of_media_that_was_taken_away_stays_away(library, root, put):
    """Until its place is given to another file by hand."""
    put("my-song/original.mp3")
    put("my-song/vocals.mp3", "frere-jacques/vocals.mp3")
    library.media.sync(folder=root)
    library.songs.update_song_audio_paths("my-song", {"vocals": None})
    put("my-song/instrumental.mp3", "frere-jacques/instrumental.mp3")

    library.media.sync(folder=root)

    song = library.songs.get_song("my-song")
    assert set(song.media) == {"original", "instrumental"}
    assert song.curated == ("media.vocals",)


def test_a_song_of_the_host_keeps_what_it_says(library, root, put_tagged):
    """Its files fill what is empty, and when they change, what the host did not say."""
    library.songs.create_or_update_song("my-song", "Mine", "Me", year=1990)
    file = put_tagged("my-song/original.mp3", TIT2(text="Theirs"), TALB(text="Album"), TDRC(text="2000"))
    library.media.sync(folder=root)
    retag(file, TIT2(text="Again"), TALB(text="Other"))
    library.media.sync(folder=root)

    song = library.songs.get_song("my-song")
    assert (song.title, song.artist, song.year, song.album) == ("Mine", "Me", 1990, "Other")


def test_every_write_by_hand_curates(library, root, put):
    """Whichever operation it is; a write that changes nothing curates nothing."""
    put("my-song/original.mp3")
    library.media.sync(folder=root)
    song = library.songs.get_song("my-song")
    songs = library.songs
    songs.create_or_update_song("my-song", song.title, song.artist)
    assert songs.get_song("my-song").curated == ()
    songs.create_or_update_song("my-song", "New", song.artist)
    songs.update_song_with_metadata("my-song", {"year": 1})
    songs.update_song_audio_paths("my-song", {"cdg": "x.cdg"})
    songs.upsert_songs([songs.get_song("my-song").model_copy(update={"album": "A"})])

    assert songs.get_song("my-song").curated == ("album", "media.cdg", "title", "year")


def test_a_host_may_take_its_word_back(library, root, put_tagged):
    """`curated` is a field like any other: what is not named there, the next change of the file decides."""
    file = put_tagged("a.mp3", TIT2(text="Theirs"))
    library.media.sync(folder=root)
    (song,) = library.songs.get_songs()
    library.songs.patch_song(song.id, {"title": "Mine"})
    library.songs.patch_song(song.id, {"curated": []})
    retag(file, TIT2(text="Again"))

    library.media.sync(folder=root)

    assert library.songs.get_song(song.id).title == "Again"
