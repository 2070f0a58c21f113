"""P: playlists out to files and in from them."""

from __future__ import annotations

from typing import Any, Final, get_args

import pytest

from karaoke_persist import ImportReport, InvalidValue, Library, Playlist
from karaoke_persist.models import SongRedirect
from karaoke_persist.playlist_formats import PlaylistFormat
from karaoke_persist.testing.handles import Conformance, add_songs, nothing_changes, stored
from karaoke_persist.testing.rule import rule
from karaoke_persist.testing.rules.playlists import held, made, read
from karaoke_persist.testing.samples import UNUSUAL_TEXT, song

FORMATS: Final[tuple[PlaylistFormat, ...]] = get_args(PlaylistFormat)
_JSON: Final = '{"format": "karaoke-persist playlist", "version": 1, "songs": [], X}'
BROKEN: Final[list[tuple[PlaylistFormat, str, str]]] = [
    ("m3u8", "#EXTM3U\n#EXTINF:abc,Björk - Jóga\na.mp3\n", "M3U8, line 2"),
    ("m3u8", "a.mp3\n\nb\x00.mp3\n", "M3U8, line 3"),
    ("xspf", "<playlist>\n<trackList>\n<track></trackList></playlist>", "XSPF, line 3"),
    ("xspf", "<playlist>\n<title>x</title>\n</playlist>", "XSPF, line 3"),
    ("xspf", "<html>\n</html>", "XSPF, line 1"),
    ("xspf", "<!DOCTYPE x [<!ENTITY a 'b'>]>\n<playlist><trackList/></playlist>", "XSPF, line 1"),
    ("xspf", "<playlist><trackList><track>\n<duration>long</duration></track></trackList></playlist>", "XSPF, line 2"),
    ("csv", "", "CSV, line 1"),
    ("csv", "a;b\n1;2\n", "CSV, line 1"),
    ("csv", "title,artist\na,b\na,b,c\n", "CSV, line 3"),
    ("csv", 'title,artist\n"a\nb",c\n"d,e\n', "CSV, line 4"),
    ("csv", "title,artist,duration_ms\na,b,long\n", "CSV, line 2"),
    ("json", '{"format":\n oops}', "JSON, line 2"),
    ("json", '{"format": "karaoke-persist playlist", "version": 2, "songs": []}', "JSON"),
    ("json", '{"format": "karaoke-persist playlist", "version": 1, "songs": [{"title": 7}]}', "JSON.songs[0].title"),
    ("json", _JSON.replace("X", '"visibility": 7'), "JSON.visibility"),
    ("json", _JSON.replace("X", '"duplicates": "maybe"'), "Playlist.duplicates"),
    ("json", _JSON.replace("X", '"criteria": []'), "JSON.criteria"),
    ("json", _JSON.replace("X", '"criteria": {"version": 1, "colour": "red"}'), "criteria"),
    ("json", _JSON.replace("X", '"owner": "ana"'), "JSON.owner"),
]


def varied(library: Library) -> list[str]:
    """Songs with text that breaks things, with media and without; their ids in the order of a list."""
    found = [
        song(f"{name}/{text}", f"{text} {place}", text, media={} if place % 3 else {"original": f"m{place}/{text}.mp3"})
        for place, (name, text) in enumerate(UNUSUAL_TEXT.items())
    ]
    add_songs(library, *found)
    return [each.id for each in (*found[::-1], found[4], found[0], found[4])]


def became(report: ImportReport) -> list[tuple[str | None, str | None]]:
    """What each track became, and by what."""
    return [(track.song_id, track.by) for track in report.tracks]


class PlaylistFileRules(Conformance):
    """Formats, and what an import says it did."""

    @rule("P-50")
    def test_round_trips(self, library: Library, other: Library) -> None:
        """A list that is exported and imported again has the same songs in the same order, in each format."""
        ids = varied(library)
        library.playlists.create("Ä list", playlist_id="p", description="Two\nlines")
        library.playlists.add_many("p", ids)
        for form in FORMATS:
            report = library.playlists.import_text(library.playlists.export_text("p", form), form)
            assert held(other, report.playlist.id) == held(other, "p") == ids
            assert {track.by for track in report.tracks} == {"id"}
            assert report.playlist == read(other, report.playlist.id)
            assert report.playlist.name == ("Imported playlist" if form == "csv" else "Ä list")

    @rule("P-51")
    def test_what_matches(self, library: Library, other: Library) -> None:
        """A track is a song by id, else by path, else by artist and title folded; several are none, and all is told."""
        add_songs(
            library,
            song("a", "Jóga", "Björk", media={"original": "bjork/joga.mp3"}),
            song("b", "Twice", "Somebody", media={"vocals": "twice/vocals.mp3", "original": "twice/song.mp3"}),
            song("c", "TWICE", "SOMEBODY"),
            song("d", "Only", "Here - There"),
        )
        text = (
            "#EXTM3U\n"
            "#KARAOKE-SONG:karaoke:b\n#EXTINF:1,Björk - Jóga\nbjork/joga.mp3\n"
            "twice/vocals.mp3\n"
            "/music/bjork/joga.mp3\n"
            "#EXTINF:1,BJORK - joga\n/elsewhere/x.mp3\n"
            "#EXTINF:1,somebody - twice\ny.mp3\n"
            "#EXTINF:1,here - there - only\nz.mp3\n"
            "#EXTINF:1,Nobody - Nothing\nn.mp3\n"
            "/music/joga.mp3\n"
            "C:\\music\\twice\\song.mp3\n"
        )
        report = library.playlists.import_text(text, "m3u8", name="In")
        assert became(report) == [
            ("b", "id"),
            ("b", "path"),
            ("a", "path"),
            ("a", "artist and title"),
            (None, None),
            ("d", "artist and title"),
            (None, None),
            (None, None),
            ("b", "path"),
        ]
        assert [track.line for track in report.tracks] == [4, 5, 6, 8, 10, 12, 14, 15, 16]
        assert [(track.shown, track.candidates) for track in report.ambiguous] == [("somebody - twice", ("b", "c"))]
        assert [track.shown for track in report.unmatched] == ["Nobody - Nothing", "/music/joga.mp3"]
        assert held(other, report.playlist.id) == [track.song_id for track in report.matched]
        assert read(other, report.playlist.id).rev == 1

    @rule("P-52")
    def test_broken_files(self, library: Library, other: Library) -> None:
        """A broken file is `InvalidValue` that names the line, or the place in JSON, and nothing is made of it."""
        for form, text, place in BROKEN:
            with nothing_changes(other), pytest.raises(InvalidValue) as caught:
                library.playlists.import_text(text, form)
            assert caught.value.where == place, text
        wrong: list[tuple[Any, Any]] = [(b"", "m3u8"), ("", "pls"), (None, "csv")]
        for text, form in wrong:
            with nothing_changes(other), pytest.raises(InvalidValue):
                library.playlists.import_text(text, form)

    @rule("P-53")
    def test_fields_of_an_imported_playlist(self, library: Library, other: Library) -> None:
        """An imported list has the name of its file and the fields that are given, its policy among them."""
        add_songs(library, song("a", media={"original": "a/a.mp3"}))
        text = "#EXTM3U\n#PLAYLIST:From a file\na/a.mp3\na/a.mp3\n"
        report = library.playlists.import_text(text, "m3u8", visibility="private", duplicates="skip")
        assert report.playlist == read(other, report.playlist.id)
        assert (report.playlist.name, report.playlist.visibility) == ("From a file", "private")
        assert (held(other, report.playlist.id), len(report.matched)) == (["a"], 2)
        assert library.playlists.import_text(text, "m3u8", name="Mine").playlist.name == "Mine"
        assert library.playlists.import_text("", "m3u8").playlist.name == "Imported playlist"
        wrong: list[dict[str, Any]] = [{"colour": "red"}, {"criteria": {"version": 1}}, {"rev": 3}]
        for fields in wrong:
            with nothing_changes(other), pytest.raises(InvalidValue):
                library.playlists.import_text(text, "m3u8", **fields)

    @rule("P-54")
    def test_folders(self, library: Library, other: Library) -> None:
        """The folder of the library is put in front of the paths of an export, and taken away again by an import."""
        add_songs(library, song("a", media={"video": "a.mp4"}), song("b", "B", "B", media={"vocals": "b/v.mp3"}))
        made(library, "p", "b", "a")
        for form in FORMATS:
            text = library.playlists.export_text("p", form, folder="/srv/party music/")
            assert "/srv/party music/a.mp4" in text.replace("%20", " ")
            bare = "\n".join(line for line in text.splitlines() if "KARAOKE-SONG" not in line)
            report = library.playlists.import_text(bare, form, folder="/srv/party music")
            assert held(other, report.playlist.id) == ["b", "a"]
        paths = "/srv/party music/a.mp4\n/srv/party music/b/v.mp3\n/srv/other/a.mp4\n"
        report = library.playlists.import_text(paths, "m3u8", folder="/srv/party music")
        assert became(report) == [("a", "path"), ("b", "path"), (None, None)]

    @rule("P-55")
    def test_songs_that_became_one(self, library: Library) -> None:
        """The id of a song that has become one with another finds the song that was kept."""
        add_songs(library, song("kept"))
        stored(library, SongRedirect(id="old", song_id="kept"))
        report = library.playlists.import_text("karaoke:old\n", "m3u8")
        assert became(report) == [("kept", "id")]

    @rule("P-56")
    def test_export_of_a_smart_playlist(self, library: Library) -> None:
        """The export of a smart list holds the songs that are found now; the import of them is a list kept by hand."""
        add_songs(library, song("a", "A", year=1990), song("b", "B", year=1990), song("c", "C", year=2000))
        criteria = {
            "version": 1,
            "where": {"field": "year", "value": 1990},
            "order": {"by": "title", "descending": True},
        }
        smart: Playlist = library.playlists.create("Smart", criteria=criteria)
        for form in FORMATS:
            text = library.playlists.export_text(smart.id, form)
            report = library.playlists.import_text(text, form, criteria=None)
            assert (held(library, report.playlist.id), report.playlist.criteria) == (["b", "a"], None)

    @rule("P-58")
    def test_settings_in_json(self, library: Library, other: Library) -> None:
        """JSON takes visibility, policy and, of a smart list, criteria along; what the host gives counts more."""
        add_songs(library, song("a", "A", year=1990), song("b", "B", year=2000))
        library.users.register("ana", user_id="ana")
        at = library.playlists
        settings = {"visibility": "private", "duplicates": "skip", "description": "Two\nlines"}
        by_hand = at.create("By hand", playlist_id="hand", owner="ana", **settings)
        at.add_many("hand", ["b", "a"])
        criteria = {"version": 1, "where": {"all": [{"field": "year", "value": 1990}, {"favorite_of": "nobody"}]}}
        smart = at.create("Smart", criteria={**criteria, "limit": {"songs": 3}})
        for original, tracks in ((by_hand, 2), (smart, 0)):
            report = at.import_text(at.export_text(original.id, "json"), "json")
            made = report.playlist
            assert made == read(other, made.id)
            for name in ("name", "visibility", "duplicates", "description", "criteria"):
                assert getattr(made, name) == getattr(original, name), name
            assert (held(other, made.id), made.owner) == (held(other, original.id), None)
            assert len(report.tracks) == tracks
        public = at.import_text(at.export_text("hand", "json"), "json", visibility="public", owner="ana").playlist
        assert (public.visibility, public.owner, public.duplicates) == ("public", "ana", "skip")

    @rule("P-59")
    def test_json_that_says_less(self, library: Library) -> None:
        """JSON that says no more than the songs makes a public list that allows a song twice."""
        add_songs(library, song("a"))
        songs = '[{"id": "a"}, {"id": "a"}]'
        text = f'{{"format": "karaoke-persist playlist", "version": 1, "songs": {songs}}}'
        made = library.playlists.import_text(text, "json").playlist
        assert (held(library, made.id), made.visibility, made.duplicates) == (["a", "a"], "public", "allow")

    @rule("P-60")
    @pytest.mark.parametrize("policy", ["skip", "refuse"])
    def test_tracks_that_repeat_a_song(self, library: Library, other: Library, policy: str) -> None:
        """A list that wants no song twice is told of each track that was left out because it repeats one."""
        add_songs(library, song("a", "A", "A", media={"original": "a/a.mp3"}), song("b", "B", "B"))
        text = "#EXTM3U\nkaraoke:a\na/a.mp3\nnowhere/x.mp3\n#EXTINF:1,B - B\nb.mp3\nkaraoke:a\n"
        report = library.playlists.import_text(text, "m3u8", duplicates=policy)
        assert held(other, report.playlist.id) == ["a", "b"]
        assert [(track.line, track.repeats) for track in report.tracks] == [
            (2, False),
            (3, True),
            (4, False),
            (6, False),
            (7, True),
        ]
        assert [(track.line, track.song_id, track.by) for track in report.repeated] == [
            (3, "a", "path"),
            (7, "a", "id"),
        ]
        assert [track.line for track in report.unmatched] == [4]
        assert len(report.matched) - len(report.repeated) == len(held(other, report.playlist.id))
        allowed = library.playlists.import_text(text, "m3u8")
        assert (held(other, allowed.playlist.id), allowed.repeated) == (["a", "a", "b", "a"], ())
