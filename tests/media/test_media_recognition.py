"""Which files are a song, and what their tags say of it."""

import pytest
from mutagen.id3 import TALB, TCON, TDRC, TIT2, TPE1, TPE2, UFID, USLT

from karaoke_persist import Song


def test_the_demo_library_holds_fourteen_songs(library, demo):
    """Tagged MP3, OGG and FLAC files, a folder of stems and a CDG pair are all found."""
    report = library.media.sync(folder=demo)

    assert (report.added, report.updated, report.unchanged, report.missing, report.unreadable) == (14, 0, 0, 0, ())
    assert 14 == library.songs.count_songs() == report.songs


def test_a_folder_of_stems_is_one_song(library, demo):
    """The folder's name is the id, the original's tags count, and every file is in `media`."""
    library.media.sync(folder=demo)

    song = library.songs.get_song("frere-jacques")

    assert (song.title, song.artist, song.year, song.language) == ("Frère Jacques", "Traditionnel", 1811, "fra")
    assert dict(song.media) == {
        "original": "frere-jacques/original.mp3",
        "vocals": "frere-jacques/vocals.mp3",
        "instrumental": "frere-jacques/instrumental.mp3",
        "thumbnail": "frere-jacques/thumbnail.jpg",
    }
    assert song.plain_lyrics.startswith("Frère Jacques, Frère Jacques,\n")
    assert (song.duration_ms, song.source) == (2940, "folder:main")


@pytest.mark.parametrize("kind", ["original", "vocals", "instrumental"])
def test_one_stem_makes_a_song_folder(library, put, kind):
    """Any one of the stems suffices, in any case of letters."""
    put(f"my-song/{kind.upper()}.MP3")

    library.media.sync(folder=put("my-song/notes.txt").parents[1])

    assert {kind: f"my-song/{kind.upper()}.MP3"} == dict(library.songs.get_song("my-song").media)


def test_pictures_and_lyrics_beside_stems_belong_to_the_song(library, root, put):
    """Cover, thumbnail, graphics and lyrics are recognised by name; timed lyrics come before plain ones."""
    for name in (
        "original.ogg",
        "original.cdg",
        "cover.PNG",
        "thumbnail.webp",
        "lyrics.txt",
        "lyrics.lrc",
        "notes.txt",
    ):
        put(f"my-song/{name}", "Stephen Foster/Beautiful Dreamer.ogg")

    library.media.sync(folder=root)

    assert dict(library.songs.get_song("my-song").media) == {
        "original": "my-song/original.ogg",
        "cdg": "my-song/original.cdg",
        "cover_art": "my-song/cover.PNG",
        "thumbnail": "my-song/thumbnail.webp",
        "lyrics": "my-song/lyrics.lrc",
    }


def test_other_audio_in_a_song_folder_is_a_song_of_its_own(library, root, put):
    """A take beside the stems is not lost, and a second original is not a second song."""
    for name in ("original.mp3", "original.ogg", "live take.mp3"):
        put(f"my-song/{name}")

    assert library.media.sync(folder=root).added == 2
    assert library.songs.get_song("my-song").media["original"] == "my-song/original.mp3"


def test_audio_and_graphics_of_one_name_are_one_song(library, demo, songs_by_path):
    """An MP3 with a CDG beside it is one song with both."""
    library.media.sync(folder=demo)

    song = songs_by_path()["CDG/Stephen Foster - Camptown Races.mp3"]

    assert song.title == "Camptown Races"
    assert song.media["cdg"] == "CDG/Stephen Foster - Camptown Races.cdg"


@pytest.mark.parametrize(
    ("name", "artist", "title"),
    [
        ("Björk - Jóga", "Björk", "Jóga"),
        ("Björk – Jóga - Live", "Björk", "Jóga - Live"),
        ("Jóga", "Unknown Artist", "Jóga"),
        ("01 - Jóga", "Unknown Artist", "01 - Jóga"),
        ("Jay-Z", "Unknown Artist", "Jay-Z"),
    ],
)
def test_without_tags_the_name_speaks(library, root, put_tagged, name, artist, title):
    """A name like "Artist - Title" is taken apart, a track number is no artist, and any other name is the title."""
    put_tagged(f"{name}.mp3")
    put_tagged(f"folder/{name}/vocals.mp3")

    library.media.sync(folder=root)

    assert {(artist, title)} == {(song.artist, song.title) for song in library.songs.get_songs()}
    assert library.songs.count_songs() == 2


def test_with_tags_the_name_is_not_taken_apart(library, root, put_tagged):
    """Where a tag names the artist but none the title, the whole name is the title."""
    put_tagged("Somebody - Something.mp3", TPE1(text="Björk"))

    library.media.sync(folder=root)

    (song,) = library.songs.get_songs()
    assert (song.artist, song.title) == ("Björk", "Somebody - Something")


def test_tags_become_fields(library, root, put_tagged):
    """Each tag has its field; a date says the year, and itself if it says more."""
    put_tagged(
        "a.mp3",
        TIT2(text="Jóga"),
        TPE1(text=["Björk", "Mark Bell"]),
        TPE2(text="Various"),
        TALB(text="Homogenic"),
        TDRC(text="1997-09-22"),
        TCON(text=["(52)", "Pop"]),
        USLT(lang="eng", text="All these accidents"),
        UFID(owner="http://musicbrainz.org", data=b"0c3a"),
    )

    library.media.sync(folder=root)

    (song,) = library.songs.get_songs()
    assert (song.title, song.artist, song.album) == ("Jóga", "Björk, Mark Bell", "Homogenic")
    assert (song.year, song.release_date, song.genre) == (1997, "1997-09-22", "Electronic, Pop")
    assert (song.plain_lyrics, song.mbid) == ("All these accidents", "0c3a")


def test_tags_that_do_not_fit_are_cut_not_fatal(library, root, put_tagged):
    """Text is cut at a code point where it exceeds the limits, and NUL is taken out."""
    put_tagged("a.mp3", TIT2(text="é" * 400), TPE1(text="\ufdfa" * 100), TALB(text=" \u200b "))

    report = library.media.sync(folder=root)

    (song,) = library.songs.get_songs()
    assert report.unreadable == ()
    assert song.title == "é" * 250
    assert 0 < len(song.artist) < 100
    assert song.album is None


def test_a_found_song_is_a_whole_song(library, demo):
    """What a sync stores makes the round trip through the dictionary like any other song."""
    library.media.sync(folder=demo)

    for song in library.songs.get_songs():
        assert Song.model_validate(song.to_dict()) == song
