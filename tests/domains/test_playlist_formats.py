"""Playlist files: what is written can be read, what others write too, and what is broken is refused."""

import csv
import io
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as some

from karaoke_persist import InvalidValue
from karaoke_persist.playlist_formats import FORMATS, PlaylistFile, Track, read, write
from karaoke_persist.testing.trials import TRIALS

EVERY = pytest.mark.parametrize("form", FORMATS)
TEXT = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12)
PLAIN = some.text(some.characters(categories=["L", "N", "P"]), min_size=1, max_size=12)
LENGTHS = some.none() | some.integers(0, 10**9)
WILD = some.builds(
    Track, title=TEXT, artist=TEXT, album=some.none() | TEXT, duration_ms=LENGTHS, path=some.none() | TEXT, song_id=TEXT
)
TAME = some.builds(
    Track,
    title=PLAIN,
    artist=PLAIN,
    album=some.none() | PLAIN,
    duration_ms=some.none() | some.integers(0, 10**6).map(lambda seconds: seconds * 1_000),
    path=some.none() | PLAIN,
    song_id=PLAIN,
)


def numbered(tracks):
    """Tracks without the lines in which they stand."""
    names = ("title", "artist", "album", "duration_ms", "path", "song_id")
    return [tuple(getattr(track, name) for name in names) for track in tracks]


@EVERY
@TRIALS
@given(some.lists(WILD, max_size=6), TEXT)
def test_whatever_is_in_a_track_its_song_and_place_survive(form, tracks, name):
    """Whatever text a song has, each track comes back in its place, with the id of its song."""
    found = read(write(PlaylistFile(name, name, tuple(tracks)), form), form)

    assert [track.song_id for track in found.tracks] == [track.song_id for track in tracks]


@EVERY
@TRIALS
@given(some.lists(TAME, max_size=6))
def test_ordinary_tracks_come_back_whole(form, tracks):
    """Of ordinary text nothing is lost: title, artist, album, length, path and id."""
    found = read(write(PlaylistFile("A list", None, tuple(tracks)), form), form)

    assert numbered(found.tracks) == numbered(tracks)
    assert found.name == (None if form == "csv" else "A list")


@TRIALS
@given(some.lists(WILD, max_size=6))
def test_csv_and_json_lose_nothing_at_all(tracks):
    """Both keep every character of every cell."""
    for form in ("csv", "json"):
        assert numbered(read(write(PlaylistFile(None, None, tuple(tracks)), form), form).tracks) == numbered(tracks)


@TRIALS
@given(some.lists(WILD, max_size=6))
def test_xspf_is_xml_and_csv_has_rows_of_one_width(tracks):
    """Other programs can read what is written."""
    file = PlaylistFile("\x07 & <", "]]>", tuple(tracks))

    root = ET.fromstring(write(file, "xspf"))
    rows = list(csv.reader(io.StringIO(write(file, "csv"), newline=""), strict=True))

    assert len(root.findall(".//{http://xspf.org/ns/0/}track")) == len(tracks)
    assert {len(row) for row in rows} == {6}
    assert len(rows) == len(tracks) + 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "'=", "''-"])
def test_no_cell_is_a_formula(start):
    """A cell that a spreadsheet would compute begins with an apostrophe, and comes back without it."""
    tracks = (Track(title=f"{start}cmd|' /C calc'!A0", artist=f"{start}1", song_id="-1", duration_ms=-5),)
    text = write(PlaylistFile(None, None, tracks), "csv")

    (row,) = list(csv.reader(io.StringIO(text, newline="")))[1:]

    assert {cell[0] for cell in row if cell} == {"'"}
    assert numbered(read(text, "csv").tracks) == numbered(tracks)


def test_csv_is_that_of_rfc_4180():
    """Rows end in CR LF, quotes are doubled, and a cell may hold a line break."""
    tracks = (Track(title='Say "Hi"', artist="A, B", path="a\nb"),)

    assert write(PlaylistFile(None, None, tracks), "csv").splitlines(keepends=True) == [
        "title,artist,album,duration_ms,path,song_id\r\n",
        '"Say ""Hi""","A, B",,,"a\n',
        'b",\r\n',
    ]


def test_csv_of_others_is_read_by_its_names():
    """Columns may come in any order and case, with others between them, after a byte order mark."""
    found = read("\ufeffComment,ARTIST, Title \r\n,Björk,Jóga\r\n\r\nx,Queen,Love\r\n", "csv")

    assert [(track.line, track.artist, track.title) for track in found.tracks] == [
        (2, "Björk", "Jóga"),
        (4, "Queen", "Love"),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("#EXTINF:305,Björk - Jóga", ("Jóga", "Björk", 305_000)),
        ("#EXTINF:305.5 group=\"x\" logo='y',Björk - Jóga", ("Jóga", "Björk", 305_500)),
        ("#EXTINF:-1,A - B - C", ("B - C", "A", None)),
        ("#EXTINF:0,Jóga", ("Jóga", None, 0)),
        ("#EXTINF: 7,", (None, None, 7_000)),
    ],
)
def test_the_lines_of_other_players_are_read(line, expected):
    """Lengths may be fractions or unknown, and attributes and unknown lines are left aside."""
    (track,) = read(f"#EXTM3U\r\n#EXTVLCOPT:x\r\n{line}\r\nsong.mp3\r\n", "m3u8").tracks

    assert (track.title, track.artist, track.duration_ms) == expected
    assert (track.path, track.line) == ("song.mp3", 4)


def test_a_title_cannot_add_lines_to_an_m3u():
    """Line breaks in a song's name do not become tracks, nor does a path that looks like a comment vanish."""
    tracks = (Track(title="a\r\nevil.mp3\n#EXTINF:1,x", artist="b\nc", path="#1 hits/a.mp3", song_id="s"),)

    found = read(write(PlaylistFile("x\ny.mp3", None, tracks), "m3u8"), "m3u8")

    assert [(track.path, track.song_id) for track in found.tracks] == [("#1 hits/a.mp3", "s")]


def test_addresses_of_files_are_paths():
    """`file://` and percent signs are an address's way to name a path."""
    xml = (
        "<playlist><trackList><track><location>file:///m/J%C3%B3ga%20%231.mp3</location></track></trackList></playlist>"
    )

    assert read(xml, "xspf").tracks[0].path == "/m/Jóga #1.mp3"
    assert read("file:///m/J%C3%B3ga%20%231.mp3", "m3u8").tracks[0].path == "/m/Jóga #1.mp3"
    assert read("100%25.mp3", "m3u8").tracks[0].path == "100%25.mp3"


def test_xspf_of_others_is_read():
    """Namespaces, comments, extensions and further locations do not disturb; the first location counts."""
    xml = """<?xml version="1.0" encoding="ISO-8859-1"?>
    <playlist version="1" xmlns="http://xspf.org/ns/0/" xmlns:v="http://v/">
      <title>Liste</title><creator>me</creator><!-- hello -->
      <trackList>
        <track><location>a.mp3</location><location>b.mp3</location><title> Jóga &amp; x </title>
          <extension application="v"><v:title>no</v:title><title>no</title></extension></track>
        <track><identifier>urn:isbn:1</identifier></track>
      </trackList>
    </playlist>"""

    found = read(xml, "xspf")

    assert (found.name, [track.line for track in found.tracks]) == ("Liste", [5, 7])
    assert [(track.path, track.title, track.song_id) for track in found.tracks] == [
        ("a.mp3", "Jóga & x", None),
        (None, None, None),
    ]


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE p SYSTEM "http://localhost/x.dtd">',
        "<!DOCTYPE p>",
    ],
)
def test_xml_that_expands_or_fetches_is_refused(declaration):
    """A document type is refused before anything in it is read, and so is an entity that nobody declared."""
    body = "<playlist><trackList><track><title>&b;</title></track></trackList></playlist>"

    with pytest.raises(InvalidValue, match="XSPF, line 2: a playlist needs no document type"):
        read(f"<?xml version='1.0'?>\n{declaration}{body}", "xspf")
    with pytest.raises(InvalidValue, match="XSPF, line 1: undefined entity"):
        read(body, "xspf")


@EVERY
@TRIALS
@given(text=some.text(max_size=60) | some.text("<>/\"'{}[],:#EXTINFplaylist \n", max_size=60))
def test_any_text_is_read_or_refused(form, text):
    """Whatever a file holds, it is read or `InvalidValue`, and nothing else is raised."""
    try:
        found = read(text, form)
    except InvalidValue as refused:
        found = refused.where

    assert isinstance(found, PlaylistFile) or found.startswith(form.upper())


def test_deep_json_is_refused():
    """JSON that is nested beyond what Python reads is refused like any other broken file."""
    for text in ("[" * 200_000, '{"songs": ' + "1" * 5_000 + "}"):
        with pytest.raises(InvalidValue, match="JSON"):
            read(text, "json")
