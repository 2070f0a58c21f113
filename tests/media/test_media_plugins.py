"""Readers and patterns of names that plugins add."""

import pytest

import karaoke_persist
from karaoke_persist import PluginBroken, hookimpl
from karaoke_persist.contract.media import FoundSong, NamePattern, UnreadableFile


class TextReader:
    """Songs in text files: a title in the first line, an artist in the second."""

    endings = frozenset({".song"})

    def find(self, folder):
        """Each is one."""
        for name in folder.names:
            if name.endswith(".song"):
                yield FoundSong(name.removesuffix(".song"), {"lyrics": name, "original": name}, ("lyrics",))

    def read(self, song):
        """What it says."""
        lines = song.open("lyrics").read(1000).decode().splitlines()
        if len(lines) < 2:
            raise UnreadableFile("it has no two lines")
        return {"title": lines[0], "artist": lines[1], "year": int(lines[2]) if lines[2:] else None}


class Plugin:
    """A reader, and a pattern of names."""

    @hookimpl
    def karaoke_media_readers(self):
        """One."""
        return {"text": TextReader()}

    @hookimpl
    def karaoke_name_patterns(self):
        """Title and artist the other way round."""
        return [NamePattern("title by artist", r"(?P<title>.+) by (?P<artist>.+)", 0.95)]


@pytest.fixture
def opened(root):
    """Give a library with the plugin."""
    with karaoke_persist.open("memory://", on_error="raise", roots={"main": root}, plugins=[Plugin()]) as library:
        yield library


def test_a_plugin_reads_a_format(opened, root):
    """Its songs are songs like any other, and what it cannot read is reported."""
    (root / "a.song").write_text("Jóga\nBjörk\n1997")
    (root / "bad.song").write_text("Jóga")
    (root / "worse.song").write_text("Jóga\nBjörk\nnineteen")

    report = opened.media.sync()

    (song,) = opened.songs.get_songs()
    assert (song.title, song.artist, song.year) == ("Jóga", "Björk", 1997)
    assert dict(song.media) == {"lyrics": "a.song", "original": "a.song"}
    reasons = dict(report.unreadable)
    assert reasons["bad.song"] == "it has no two lines"
    assert reasons["worse.song"].startswith("the reader text failed: invalid literal")


def test_a_plugin_knows_more_names(opened, put_tagged):
    """Its patterns are tried first, and say how sure they are."""
    put_tagged("Jóga by Björk.mp3")

    (song,) = opened.media.plan().added

    assert (song.title, song.artist, song.confidence) == ("Jóga", "Björk", 0.95)


def test_a_plugin_takes_files_before_the_built_in_readers(root, put):
    """What it takes is none of theirs."""

    class Greedy(TextReader):
        endings = frozenset({".mp3"})

        def find(self, folder):
            return [FoundSong("mine", {"original": name}, ("original",)) for name in folder.names]

        def read(self, song):
            return {"title": "Mine", "artist": "Me"}

    class Taking:
        @hookimpl
        def karaoke_media_readers(self):
            return {"greedy": Greedy()}

    put("a.mp3")
    with karaoke_persist.open("memory://", roots={"main": root}, plugins=[Taking()]) as library:
        library.media.sync()
        assert [song.title for song in library.songs.get_songs()] == ["Mine"]


def test_a_reader_that_fails_breaks_nobody_else(root, put):
    """In finding, in reading, or by naming what is not there."""

    class Failing(TextReader):
        endings = frozenset({".mp3"})

        def find(self, folder):
            yield FoundSong("x", {"original": "not there.mp3"}, ("original",))

    class Broken:
        @hookimpl
        def karaoke_media_readers(self):
            return {"failing": Failing()}

    put("a.mp3")
    with karaoke_persist.open("memory://", roots={"main": root}, plugins=[Broken()]) as library:
        report = library.media.sync()
        assert report.added == 1
        assert "no file of the folder" in report.unreadable[0].reason


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], "no mapping"),
        ({"x": object()}, "no find and read"),
        ({"": TextReader()}, "no name"),
        ({"stems": TextReader()}, "already"),
        ({"x": type("Y", (TextReader,), {"endings": {".MP3"}})()}, "endings"),
        (ValueError("no"), "raised"),
    ],
)
def test_a_hook_that_gives_no_readers_is_broken(given, told):
    """The error says what is wrong."""

    class Wrong:
        @hookimpl
        def karaoke_media_readers(self):
            if isinstance(given, Exception):
                raise given
            return given

    with pytest.raises(PluginBroken, match=told):
        karaoke_persist.open("memory://", plugins=[Wrong()])


@pytest.mark.parametrize("given", [None, ["(?P<title>.*)"], {"a": 1}])
def test_a_hook_that_gives_no_patterns_is_broken(given):
    """Likewise."""

    class Wrong:
        @hookimpl
        def karaoke_name_patterns(self):
            return given

    with pytest.raises(PluginBroken, match="NamePattern"):
        karaoke_persist.open("memory://", plugins=[Wrong()])


@pytest.mark.parametrize(
    ("expression", "confidence", "told"),
    [("(.*)", 0.5, "title"), ("(?P<title>.*)", 1.5, "0 to 1"), ("(", 0.5, "unterminated")],
)
def test_a_pattern_is_checked_when_it_is_made(expression, confidence, told):
    """It needs a title, a confidence from 0 to 1, and to be a pattern."""
    with pytest.raises(Exception, match=told):
        NamePattern("x", expression, confidence)
