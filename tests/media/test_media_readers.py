"""The formats that are known without a plugin, each from real files."""

import json
import struct
import zipfile

import pytest
from mutagen.id3 import TIT2, TPE1

from karaoke_persist.media.names import named
from karaoke_persist.media.readers import BUILT_IN
from karaoke_persist.plugin_checks import RESERVED_READERS

CAMPTOWN = "CDG/Stephen Foster - Camptown Races"
NOTES = ": 0 4 5 Frè\n: 4 4 5 re \n- 10\n: 12 4 7 Jacques\nE\n"


def only(library):
    """The one song there is."""
    (song,) = library.songs.get_songs()
    return song


def reasons(report):
    """Why something could not be read, by path."""
    return dict(report.unreadable)


def test_the_names_of_the_built_in_readers_are_taken():
    """No plugin may give itself one of them."""
    assert set(BUILT_IN) == RESERVED_READERS


# stems


def test_a_folder_of_stems_with_metadata_and_lyrics(library, root, put):
    """A `metadata.json` comes before the tags, lyrics with times are timed lyrics; what does not fit is passed over."""
    put("my-song/original.mp3")
    said = {"title": "From metadata", "artist": 7, "durationMs": 5000, "videoId": "abc", "year": 1997, "nonsense": {}}
    (root / "my-song/metadata.json").write_text(json.dumps(said))
    (root / "my-song/lyrics.lrc").write_text("[ti:x]\n[00:01.00]Alouette\n")

    library.media.sync(folder=root)

    song = library.songs.get_song("my-song")
    assert (song.title, song.artist, song.year, song.video_id) == ("From metadata", "Traditionnel", 1997, "abc")
    assert (song.duration_ms, song.synced_lyrics) == (5000, "[ti:x]\n[00:01.00]Alouette")
    assert dict(song.media) == {"original": "my-song/original.mp3", "lyrics": "my-song/lyrics.lrc"}


@pytest.mark.parametrize("content", ["{", "[]", "", "[" * 100_000])
def test_metadata_that_are_none_are_reported(library, root, put, content):
    """The song is there without them."""
    put("my-song/original.mp3")
    (root / "my-song/metadata.json").write_text(content)

    report = library.media.sync(folder=root)

    assert reasons(report) == {"my-song/metadata.json": "it is no JSON object"}
    assert library.songs.get_song("my-song").title == "Alouette"


def test_changed_metadata_are_read_again(library, root, put):
    """As any file that says something of the song."""
    put("my-song/original.mp3")
    file = root / "my-song/metadata.json"
    file.write_text('{"title": "One"}')
    library.media.sync(folder=root)
    file.write_text('{"title": "Another"}')

    assert library.media.sync(folder=root).updated == 1
    assert library.songs.get_song("my-song").title == "Another"


# tagged files


def test_lyrics_beside_audio(library, root, put_tagged):
    """An LRC of the same name brings timed lyrics, and what the tags do not say."""
    put_tagged("a.mp3", TIT2(text="Tagged"))
    (root / "a.LRC").write_text("[ar:Somebody]\n[ti:Other]\n[00:01.00]la\n", encoding="utf-16")

    library.media.sync(folder=root)

    song = only(library)
    assert (song.title, song.artist, song.media["lyrics"]) == ("Tagged", "Somebody", "a.LRC")
    assert "[00:01.00]la" in song.synced_lyrics


def test_a_video_is_a_song_unless_audio_has_its_name(library, root, put):
    """Beside audio of its name it is that song's video."""
    start = b"\x1a\x45\xdf\xa3" + b"\0" * 100
    put("Both.mp3")
    (root / "Both.mkv").write_bytes(start)
    (root / "Björk - Jóga (Karaoke Version).webm").write_bytes(start)
    (root / "bad.mkv").write_bytes(b"no video")

    report = library.media.sync(folder=root)

    songs = {song.title: song for song in library.songs.get_songs()}
    assert set(songs) == {"Alouette", "Jóga"}
    assert dict(songs["Alouette"].media) == {"original": "Both.mp3", "video": "Both.mkv"}
    assert (songs["Jóga"].artist, list(songs["Jóga"].media)) == ("Björk", ["video"])
    assert list(reasons(report)) == ["bad.mkv"]


# MP3 and CDG in a zip


def pack(target, *names, **files):
    """A zip of these files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
        for name in names:
            archive.write(name, f"folder/{name.name}")
    return target


def test_a_zip_of_mp3_and_graphics_is_a_song(library, root, demo):
    """Its tags are read without unpacking it, its length is that of the MP3."""
    pack(root / "SC1234-05 - x - y.zip", demo / f"{CAMPTOWN}.mp3", demo / f"{CAMPTOWN}.cdg")

    library.media.sync(folder=root)

    song = only(library)
    assert (song.title, song.artist) == ("Camptown Races", "Stephen Foster")
    assert dict(song.media) == {"zip": "SC1234-05 - x - y.zip"}
    assert 2_000 < song.duration_ms < 4_000


def test_a_zip_of_something_else_is_no_song(library, root, demo):
    """Without graphics, empty, damaged or locked: reported, and nothing is made of it."""
    mp3 = (demo / f"{CAMPTOWN}.mp3").read_bytes()
    pack(root / "no graphics.zip", a_mp3=mp3, b_cdg=b"")
    whole = pack(root / "cut.zip", a_mp3=mp3, a_cdg=b"")
    whole.write_bytes(whole.read_bytes()[:-30])
    (root / "empty.zip").touch()
    (root / "text.zip").write_bytes(b"no zip" * 100)
    broken = pack(root / "broken.zip", a_mp3=mp3, a_cdg=b"")
    content = bytearray(broken.read_bytes())
    content[60:200] = b"\xff" * 140
    broken.write_bytes(content)

    report = library.media.sync(folder=root)

    assert report.added == 0
    assert set(reasons(report)) == {"no graphics.zip", "cut.zip", "empty.zip", "text.zip", "broken.zip"}


def test_a_zip_bomb_stays_packed(library, root):
    """A gigabyte of zeros, and a list of a hundred thousand files, cost no time and no memory, and are no songs."""
    with zipfile.ZipFile(root / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a.mp3", "w", force_zip64=True) as packed:
            for _ in range(1024):
                packed.write(b"\0" * 1024 * 1024)
        archive.writestr("a.cdg", b"")
    with zipfile.ZipFile(root / "many.zip", "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}", b"")

    report = library.media.sync(folder=root)

    assert report.added == 0
    assert "would unpack to more than" in reasons(report)["bomb.zip"]
    assert "20000 files" in reasons(report)["many.zip"]


def test_a_small_claim_does_not_open_a_bomb(library, root):
    """What a zip says of its sizes is not believed: no more than the beginning is ever unpacked."""
    bomb = root / "liar.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.mp3", b"\0" * 200 * 1024 * 1024)
        archive.writestr("a.cdg", b"")
    content = bomb.read_bytes().replace(struct.pack("<L", 200 * 1024 * 1024), struct.pack("<L", 5000))
    bomb.write_bytes(content)

    assert library.media.sync(folder=root).added == 0


# UltraStar


def ultrastar(root, name="Frère Jacques", headers="#MP3:song.mp3\n", encoding="utf-8", notes=NOTES):
    """A text of notes."""
    text = f"#TITLE:Frère Jacques\n#ARTIST:Traditionnel\n{headers}#LANGUAGE:French\n#YEAR:1811\n{notes}"
    (root / f"{name}.txt").write_bytes(text.encode(encoding))


def test_an_ultrastar_text_names_its_files(library, root, put):
    """Audio, video, cover and background of it, whatever their case, and the length of the audio."""
    put("Song.MP3")
    for name in ("v.mp4", "cover.jpg", "back.png"):
        (root / name).write_bytes(b"x")
    ultrastar(root, headers="#MP3:song.mp3\n#VIDEO:v.mp4\n#COVER:cover.jpg\n#BACKGROUND:back.png\n")

    report = library.media.sync(folder=root)

    song = only(library)
    assert (song.title, song.artist, song.year, song.language) == ("Frère Jacques", "Traditionnel", 1811, "French")
    assert dict(song.media) == {
        "ultrastar": "Frère Jacques.txt",
        "original": "Song.MP3",
        "video": "v.mp4",
        "cover_art": "cover.jpg",
        "thumbnail": "back.png",
    }
    assert song.duration_ms > 2_000
    assert report.unreadable == ()


@pytest.mark.parametrize(
    ("encoding", "header"), [("utf-8-sig", ""), ("cp1252", ""), ("cp1252", "#ENCODING:CP1252\n"), ("utf-8", "")]
)
def test_ultrastar_texts_in_the_encodings_there_are(library, root, put, encoding, header):
    """With a mark, without, and of Windows."""
    put("song.mp3")
    ultrastar(root, headers=f"{header}#MP3:song.mp3\n", encoding=encoding)

    library.media.sync(folder=root)

    assert only(library).title == "Frère Jacques"


def test_an_ultrastar_text_finds_names_in_another_normal_form(library, root, put):
    """The text is composed, the name on disk decomposed."""
    put("Jo\u0301ga.mp3")
    ultrastar(root, headers="#MP3:J\u00f3ga.mp3\n")

    library.media.sync(folder=root)

    assert only(library).media["ultrastar"] == "Frère Jacques.txt"


def test_a_duet_shares_its_audio(library, root, put):
    """Two texts of the same audio are two songs, and the audio is none by itself."""
    put("song.mp3")
    ultrastar(root, "solo")
    ultrastar(root, "duet")

    assert library.media.sync(folder=root).added == 2
    assert {song.media["original"] for song in library.songs.get_songs()} == {"song.mp3"}
    assert library.media.sync(folder=root).unchanged >= 1


@pytest.mark.parametrize("path", ["../outside.mp3", "/etc/passwd", "..\\outside.mp3", "deep/song.mp3"])
def test_an_ultrastar_text_reaches_nothing_outside_its_folder(library, root, put, path, demo):
    """What it names elsewhere is not there."""
    put("deep/song.mp3")
    (root.parent / "outside.mp3").write_bytes((demo / "Traditionnel/Alouette.mp3").read_bytes())
    ultrastar(root, headers=f"#MP3:{path}\n")

    library.media.sync(folder=root)

    assert [dict(song.media) for song in library.songs.get_songs()] == [{"original": "deep/song.mp3"}]


def test_headers_without_notes_are_no_song(library, root, put):
    """Reported; the text is not tried again until it changes."""
    put("song.mp3")
    ultrastar(root, notes="")

    report = library.media.sync(folder=root)

    assert (report.added, list(reasons(report))) == (0, ["Frère Jacques.txt"])


def test_a_text_that_is_no_song_is_left_alone(library, root, put):
    """A read-me is not reported, and not looked at again."""
    put("song.mp3")
    (root / "readme.txt").write_text("#TITLE of a chapter")

    report = library.media.sync(folder=root)

    assert (report.added, report.unreadable) == (1, ())


# KAR and MIDI


def midi(*events, division=96):
    """A file with one track of these events, each a delta and bytes."""
    track = b"".join(bytes([delta]) + data for delta, data in events) + b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">LHHH", 6, 0, 1, division) + b"MTrk" + struct.pack(">L", len(track)) + track


def text(words):
    """A text event."""
    data = words.encode()
    return b"\xff\x01" + bytes([len(data)]) + data


def test_a_kar_says_title_artist_words_and_length(library, root):
    """Two quarters at half a second, then two at a whole one."""
    content = midi(
        (0, text("@TJóga")),
        (0, text("@TBjörk")),
        (0, text("\\All ")),
        (96, b"\x90\x3c\x40"),
        (96, b"\x3c\x00"),  # running status
        (0, b"\xff\x51\x03\x0f\x42\x40"),
        (96, text("these")),
        (96, text("/accidents")),
    )
    (root / "x.kar").write_bytes(content)

    library.media.sync(folder=root)

    song = only(library)
    assert (song.title, song.artist, song.duration_ms) == ("Jóga", "Björk", 3000)
    assert song.plain_lyrics == "All these\naccidents"
    assert dict(song.media) == {"midi": "x.kar"}


def test_a_midi_file_without_words_is_named_by_its_name(library, root):
    """With its length."""
    (root / "Björk - Jóga.mid").write_bytes(midi((96, b"\xc0\x05")))

    library.media.sync(folder=root)

    assert (only(library).artist, only(library).title, only(library).duration_ms) == ("Björk", "Jóga", 500)


@pytest.mark.parametrize(
    "content", [b"", b"no midi", b"MThd", b"MThd\0\0\0\x06\0\0\0\x01\0\0", b"MThd\0\0\0\6\0\0\0\1\0\x60"]
)
def test_what_is_no_midi_is_reported(library, root, content):
    """And never fatal."""
    (root / "x.mid").write_bytes(content)

    report = library.media.sync(folder=root)

    assert (report.added, list(reasons(report))) == (0, ["x.mid"])


def test_a_midi_file_cut_anywhere_is_never_fatal(library, root):
    """It is a song or a report."""
    whole = midi((0, text("@TJóga")), (96, b"\x90\x3c\x40"), (96, b"\xf0\x02\x01\xf7"), (0, text("la")))
    for cut in range(len(whole)):
        (root / f"{cut:03}.mid").write_bytes(whole[:cut])

    report = library.media.sync(folder=root)

    assert report.added + len(report.unreadable) == len(whole)


# names


@pytest.mark.parametrize(
    ("name", "artist", "title", "confidence"),
    [
        ("Björk - Jóga", "Björk", "Jóga", 0.8),
        ("Björk - Jóga (Karaoke Version)", "Björk", "Jóga", 0.8),
        ("Björk - Jóga [SBI Karaoke] (with lyrics)", "Björk", "Jóga", 0.8),
        ("Jóga (in the style of Björk)", "Björk", "Jóga", 0.9),
        ("Jóga - In The Style Of Björk (Karaoke)", "Björk", "Jóga", 0.9),
        ("Jóga (Made Famous by Björk) [Karaoke Version]", "Björk", "Jóga", 0.9),
        ("SC8123-05 - Björk - Jóga", "Björk", "Jóga", 0.9),
        ("THM0123 05 - Björk - Jóga", "Björk", "Jóga", 0.9),
        ("SC8123-05 - Jóga", None, "Jóga", 0.5),
        ("07 - Björk - Jóga", "Björk", "Jóga", 0.7),
        ("07. Björk - Jóga", "Björk", "Jóga", 0.7),
        ("Karaoke", None, "Karaoke", 0.3),
        ("(Karaoke)", None, "(Karaoke)", 0.3),
        ("Jay-Z", None, "Jay-Z", 0.3),
        ("Soft Cell - Tainted Love", "Soft Cell", "Tainted Love", 0.8),
        ("U2 - One", "U2", "One", 0.8),
    ],
)
def test_names_are_taken_apart(name, artist, title, confidence):
    """Artist, title, and how sure that is."""
    guess = named(name)

    assert (guess.artist, guess.title, guess.confidence) == (artist, title, confidence)


@pytest.mark.parametrize("name", ["x" * 250 + " - ", " - " * 80, "(" * 250, "karaoke " * 30, "a in the style of " * 14])
def test_no_name_takes_long(name):
    """The patterns are simple enough for any name that a system allows."""
    assert named(name).title


def test_tags_win_over_names(library, root, put_tagged):
    """Even over a sure one."""
    put_tagged("SC8123-05 - Wrong - Wrong.mp3", TIT2(text="Jóga"), TPE1(text="Björk"))

    library.media.sync(folder=root)

    assert (only(library).artist, only(library).title) == ("Björk", "Jóga")
