"""Archives: readable by others, whole or refused."""

from __future__ import annotations

import hashlib
import json
import random
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

import karaoke_persist
from karaoke_persist import BadArchive, InvalidValue, Unavailable, transfer
from karaoke_persist.models import MODELS_VERSION
from karaoke_persist.testing.handles import Place, nothing_changes
from karaoke_persist.testing.lived_in import everything, many_songs
from karaoke_persist.testing.samples import song
from karaoke_persist.transfer.archives import archive as archives
from karaoke_persist.transfer.archives.upgrades import UPGRADES

FLIPS = 400


@pytest.fixture
def whole(old, tmp_path: Path) -> Path:
    """An archive of a library that was lived in."""
    transfer.dump(old, tmp_path / "whole.zip")
    return tmp_path / "whole.zip"


def remade(whole: Path, change: Any) -> Path:
    """The archive with its members changed by hand: `change` gets them by name, the manifest read."""
    with zipfile.ZipFile(whole) as file:
        members = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    made = whole.with_name("remade.zip")
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
        file.writestr("manifest.json", json.dumps(manifest))
    return made


def sealed(members: dict[str, bytes], manifest: dict[str, Any], name: str, content: bytes) -> None:
    """Put other content into a member, with checksums to match."""
    members[name] = content
    told = next(each for each in manifest["members"] if each["name"] == name)
    told |= {"rows": content.count(b"\n"), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def test_it_is_read_without_this_software(old, whole: Path):
    """A ZIP reader and a JSON reader are enough; names and times are those of the models."""
    with zipfile.ZipFile(whole) as file:
        manifest = json.loads(file.read("manifest.json"))
        lines = {each["collection"]: file.read(each["name"]).splitlines() for each in manifest["members"]}
    assert manifest["format"] == "karaoke-persist archive"
    assert (manifest["format_version"], manifest["models_version"]) == (1, MODELS_VERSION)
    assert {each["collection"]: each["rows"] for each in manifest["members"]} == {
        name: len(found) for name, found in lines.items()
    }
    songs = {each["id"]: each for each in map(json.loads, lines["songs"])}
    shown = old.songs.get_song("song-1").to_dict()
    assert songs["song-1"]["title"] == shown["title"]
    assert songs["song-1"]["date_added"].replace("Z", "+00:00") == shown["dateAdded"]
    assert songs["song-1"]["extra"] == shown["extra"]
    assert [json.loads(line)["password_hash"][:9] for line in lines["credentials"]] == ["$argon2id"]


def test_equal_libraries_have_equal_members(old, empty, tmp_path: Path):
    """The lines depend on nothing but the rows."""
    transfer.copy(old, empty)
    for name, library in (("a", old), ("b", empty)):
        transfer.dump(library, tmp_path / name)
    with zipfile.ZipFile(tmp_path / "a") as one, zipfile.ZipFile(tmp_path / "b") as other:
        names = [name for name in one.namelist() if name != "manifest.json"]
        assert [one.read(name) for name in names] == [other.read(name) for name in names]


@pytest.mark.parametrize("seed", range(4))
def test_a_flipped_byte(whole: Path, old, seed: int):
    """Wherever a byte of the file is changed, it is refused before anything is written, or nothing was lost by it."""
    content, chance = whole.read_bytes(), random.Random(seed)
    damaged = whole.with_name("damaged.zip")
    places = {*range(40), *range(len(content) - 200, len(content)), *chance.sample(range(len(content)), FLIPS)}
    for place in sorted(places)[seed::4]:
        flipped = content[place] ^ (1 << chance.randrange(8))
        damaged.write_bytes(content[:place] + bytes([flipped]) + content[place + 1 :])
        with Place("memory://").open() as target:
            try:
                transfer.load(damaged, target)
            except BadArchive:
                assert everything(target) == {}
            else:  # one of the few bytes that say nothing, such as the hour at which it was written
                assert everything(target) == everything(old)


def test_a_truncated_file(whole: Path, empty):
    """A file that ends too soon is refused wherever it ends."""
    content = whole.read_bytes()
    cut = whole.with_name("cut.zip")
    for size in [0, 1, 3, 30, 1_000, len(content) // 2, len(content) - 1]:
        cut.write_bytes(content[:size])
        with nothing_changes(empty), pytest.raises(BadArchive, match="nothing was written"):
            transfer.load(cut, empty)


BROKEN = {
    "a missing member": (lambda members, _: members.pop("users.jsonl"), r"users\.jsonl: it is missing"),
    "a member too many": (lambda members, _: members.update({"x.txt": b""}), r"x\.txt: the manifest does not"),
    "no manifest of ours": (lambda _, manifest: manifest.update(format="tar"), r"its format is 'tar'"),
    "no members": (lambda _, manifest: manifest.pop("members"), r"manifest\.json: it is not as it should be"),
    "a count that is no number": (
        lambda _, manifest: manifest["members"][0].update(rows="many"),
        r"manifest\.json: it is not as it should be",
    ),
    "another count": (lambda _, manifest: manifest["members"][0].update(rows=3), r"songs\.jsonl: what it holds"),
    "another digest": (
        lambda _, manifest: manifest["members"][0].update(sha256="0" * 64),
        r"songs\.jsonl: what it holds",
    ),
    "another size": (lambda _, manifest: manifest["members"][0].update(bytes=3), r"songs\.jsonl: its size"),
    "an unknown model": (
        lambda _, manifest: manifest["members"][0].update(collection="sheep"),
        r"it names 'sheep'",
    ),
    "a newer format": (lambda _, manifest: manifest.update(format_version=2), r"format_version is 2.*Upgrade"),
    "newer models": (
        lambda _, manifest: manifest.update(models_version=MODELS_VERSION + 1),
        r"models_version is .*Upgrade karaoke-persist",
    ),
    "no JSON": (lambda members, manifest: sealed(members, manifest, "users.jsonl", b"{\n"), r"users\.jsonl line 1"),
    "no object": (lambda members, manifest: sealed(members, manifest, "users.jsonl", b"[]\n"), r"not a JSON object"),
    "an unknown field": (
        lambda members, manifest: sealed(members, manifest, "song_redirects.jsonl", b'{"sheep":1}\n'),
        r"song_redirects\.jsonl line 1.*sheep",
    ),
    "an absent field": (
        lambda members, manifest: sealed(
            members, manifest, "rooms.jsonl", members["rooms.jsonl"].replace(b'"auto":false,', b"")
        ),
        r"rooms\.jsonl line 1.*auto must not be absent",
    ),
    "a value that no store holds": (
        lambda members, manifest: sealed(
            members, manifest, "rooms.jsonl", re.sub(rb'"revision":\d+', b'"revision":0', members["rooms.jsonl"])
        ),
        r"rooms\.jsonl line 1",
    ),
    "keys out of order": (
        lambda members, manifest: sealed(
            members, manifest, "songs.jsonl", b"\n".join([*members["songs.jsonl"].splitlines()[::-1], b""])
        ),
        r"songs\.jsonl line 2: the key .* is not behind",
    ),
    "a last line by half": (
        lambda members, manifest: sealed(members, manifest, "rooms.jsonl", members["rooms.jsonl"][:-1]),
        r"rooms\.jsonl: what it holds",
    ),
}


@pytest.mark.parametrize(("change", "told"), BROKEN.values(), ids=BROKEN)
def test_what_is_not_as_it_should_be(whole: Path, empty, change: Any, told: str):
    """Each kind of damage is refused whole, and the place is named."""
    made = remade(whole, change)
    with nothing_changes(empty), pytest.raises(BadArchive, match=told):
        transfer.load(made, empty)


def test_a_bomb(whole: Path, empty, monkeypatch: pytest.MonkeyPatch):
    """What unpacks to a row longer than any, or to more than it says, is refused at flat memory."""
    monkeypatch.setattr("karaoke_persist.transfer.archives.loading.LINE_BYTES", 1_000_000)
    bomb = remade(whole, lambda members, manifest: sealed(members, manifest, "users.jsonl", b"[" * 5_000_000 + b"\n"))
    assert bomb.stat().st_size < 200_000
    with pytest.raises(BadArchive, match=r"users\.jsonl: it unpacks to more"):
        transfer.load(bomb, empty)

    def long_manifest(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["padding"] = " " * archives.MANIFEST_BYTES

    with pytest.raises(BadArchive, match="too long"):
        transfer.load(remade(whole, long_manifest), empty)


def test_a_row_that_is_too_long_is_not_dumped(songs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A dump that could not be loaded again is not made, and leaves no file."""
    monkeypatch.setattr("karaoke_persist.transfer.archives.dumping.LINE_BYTES", 1_000)
    songs.songs.upsert_songs([song("short"), song("long", description="x" * 1_000)])
    with pytest.raises(InvalidValue, match=r"longer than 1000 bytes.*long"):
        transfer.dump(songs, tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays(songs, whole: Path):
    """A dump writes over nothing."""
    before = whole.read_bytes()
    with pytest.raises(Unavailable, match="is there already"):
        transfer.dump(songs, whole)
    assert whole.read_bytes() == before


def test_a_dump_that_is_interrupted_leaves_nothing(songs, tmp_path: Path):
    """A file has its name when it is whole, and not before."""
    many_songs(songs, 1_500)

    def stop(done: int, total: int) -> None:
        assert not (tmp_path / "a.zip").exists()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer.dump(songs, tmp_path / "a.zip", progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["nowhere/a.zip", "folder"])
def test_where_no_file_can_be(songs, tmp_path: Path, path: str):
    """What the file system refuses is one typed error."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(Unavailable):
        transfer.dump(songs, tmp_path / path)
    with pytest.raises(Unavailable):
        transfer.load(tmp_path / path, songs)


def test_an_archive_of_older_models(songs, whole: Path, tmp_path: Path):
    """Rows of the first version know neither `hidden` nor counts of plays, and get what they were without them."""

    def first_version(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["models_version"] = 1
        manifest["members"] = [each for each in manifest["members"] if each["collection"] == "songs"]
        for name in [name for name in members if name != "songs.jsonl"]:
            del members[name]
        rows = [json.loads(line) for line in members["songs.jsonl"].splitlines()]
        later = {"hidden", "play_count", "checksum", "last_played_at"}
        later |= {"artist_aliases", "title_readings", "artist_readings", "curated", "missing_since"}
        older = [{name: value for name, value in row.items() if name not in later} for row in rows]
        sealed(members, manifest, "songs.jsonl", b"".join(json.dumps(row).encode() + b"\n" for row in older))

    transfer.load(remade(whole, first_version), songs)
    found = songs.songs.get_song("song-1")
    assert (found.hidden, found.play_count, found.checksum, found.year, found.revision) == (False, 0, None, 1992, 5)


def test_no_upgrade_is_from_the_future():
    """The table speaks of versions that there are."""
    assert max(UPGRADES) <= MODELS_VERSION


def test_an_archive_of_a_host_without_some_models(songs, whole: Path):
    """The kit's models have no place in an ordinary library, and the archive says so before anything is written."""
    with pytest.raises(BadArchive, match="unknown"):
        transfer.load(whole, songs)
    assert songs.songs.count_songs() == 0


def test_a_load_goes_on_where_it_was_interrupted(songs, tmp_path: Path):
    """A library whose load was killed is refused until the load is run again."""
    many_songs(songs, 2_500)
    transfer.dump(songs, tmp_path / "a.zip")

    def stop(done: int, total: int) -> None:
        if done > 2_500:  # all is verified by now
            raise KeyboardInterrupt

    with karaoke_persist.open("memory://loading") as target:
        with pytest.raises(KeyboardInterrupt):
            transfer.load(tmp_path / "a.zip", target, progress=stop)
        with pytest.raises(karaoke_persist.IncompleteStore, match=r"load .*a\.zip --store memory://loading"):
            karaoke_persist.open("memory://loading")
        with karaoke_persist.open("memory://loading", allow_incomplete=True) as again:
            assert transfer.load(tmp_path / "a.zip", again).written == 1_500
        with Place("memory://loading").open() as whole:
            assert whole.songs.count_songs() == 2_500


def test_a_load_that_is_interrupted_before_it_writes(songs, tmp_path: Path):
    """While the archive is verified, the library is as it was."""
    many_songs(songs, 2_500)
    transfer.dump(songs, tmp_path / "a.zip")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with karaoke_persist.open("memory://loading") as target:
        with pytest.raises(KeyboardInterrupt):
            transfer.load(tmp_path / "a.zip", target, progress=stop)
        with karaoke_persist.open("memory://loading") as again:
            assert again.songs.count_songs() == 0


def test_the_progress_of_a_load(songs, tmp_path: Path):
    """It goes on to one total: each row is verified, written and compared."""
    many_songs(songs, 2_500)
    transfer.dump(songs, tmp_path / "a.zip")
    told: list[tuple[int, int]] = []
    with karaoke_persist.open("memory://") as target:
        transfer.load(tmp_path / "a.zip", target, progress=lambda done, total: told.append((done, total)))

    assert told == sorted(told)
    assert {total for _, total in told} == {7_500}
    assert [done for done, _ in told][-1] == 7_500
