"""Whatever happens to a folder and its songs, in whichever order: after a sync, store and disk agree."""

import random
import shutil

import pytest

from karaoke_persist.contract import Query
from karaoke_persist.media.removal import TRASH
from karaoke_persist.models import PLAYABLE, MediaFile

SOURCES = ("Traditionnel/Alouette.mp3", "Stephen Foster/Oh! Susanna.mp3", "Franz Schubert/Ständchen.mp3")
STEMS = tuple(f"{folder}/{stem}.mp3" for folder in ("s1", "s2") for stem in ("original", "vocals", "instrumental"))
NAMES = ("a.mp3", "b.mp3", "x/a.mp3", "x/c.mp3", "y/d.mp3", "y/s1/original.mp3", *STEMS)
FOLDERS = ("x", "y", "s1", "s2", "s3")
STEPS = 12


class Life:
    """What people do to a folder and to its songs, by chance."""

    def __init__(self, library, root, demo, seed):
        self.library, self.root, self.demo = library, root, demo
        self.chance = random.Random(seed)

    def files(self):
        """The files there are, by their paths below the root."""
        paths = sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*.mp3"))
        return [path for path in paths if path != "keep.mp3" and not path.startswith(TRASH)]

    def songs(self):
        """The songs there are, but for the one that stays."""
        songs = [song for song in self.library.songs.get_songs() if "keep.mp3" not in song.media.values()]
        return sorted(songs, key=lambda song: song.id)

    def go_on(self):
        """Do something, if it can be done."""
        to_files = [self.put, self.put, self.move, self.copy, self.delete, self.write, self.move_folder]
        to_songs = [self.delete_song, self.remove_song, self.merge]
        self.chance.choice([*to_files, *to_songs])()

    def free_place(self):
        """A place where nothing is, or None."""
        place = self.root / self.chance.choice(NAMES)
        place.parent.mkdir(parents=True, exist_ok=True)
        return None if place.exists() else place

    def put(self):
        """A new file, mostly with contents of its own."""
        if place := self.free_place():
            own = self.chance.randbytes(3) if self.chance.random() < 0.7 else b""
            place.write_bytes((self.demo / self.chance.choice(SOURCES)).read_bytes() + own)

    def move(self):
        """A file goes elsewhere."""
        if (files := self.files()) and (place := self.free_place()):
            (self.root / self.chance.choice(files)).rename(place)

    def copy(self):
        """A file is there twice."""
        if (files := self.files()) and (place := self.free_place()):
            shutil.copyfile(self.root / self.chance.choice(files), place)

    def delete(self):
        """A file is gone."""
        if files := self.files():
            (self.root / self.chance.choice(files)).unlink()

    def write(self):
        """A file changes."""
        if files := self.files():
            with (self.root / self.chance.choice(files)).open("ab") as file:
                file.write(b"x")

    def move_folder(self):
        """A folder gets another name."""
        was, new = (self.root / self.chance.choice(FOLDERS) for _ in range(2))
        if was.exists() and not new.exists():
            was.rename(new)

    def delete_song(self):
        """A song goes, and its files stay."""
        if songs := self.songs():
            self.library.songs.delete_song(self.chance.choice(songs).id)

    def remove_song(self):
        """A song goes with its files."""
        if songs := self.songs():
            self.library.media.remove_song(self.chance.choice(songs).id)

    def merge(self):
        """Two songs become one."""
        if len(songs := self.songs()) > 1:
            kept, other = self.chance.sample(songs, 2)
            self.library.versions.merge_songs(kept.id, [other.id])


def assert_agreement(library, root, files):
    """Every file is one song's, or ignored; a song is missing if, and only if, nothing of it is there."""
    rows = {row.path: row for row in library.run(lambda tx: tx.songs.session.find(Query(MediaFile)), read_only=True)}
    songs = {song.id: song for song in library.songs.get_songs()}
    for path in files:
        row = rows[path]
        assert row.missing_since is None, path
        assert row.is_ignored or row.kind in songs[row.song_id].media, path
    for song in songs.values():
        for path in song.media.values():
            assert rows[path].song_id == song.id, (path, song)
        is_there = any((root / path).exists() for kind, path in song.media.items() if kind in PLAYABLE)
        assert is_there is (song.missing_since is None), song
    missing = {song.id for song in songs.values() if song.missing_since is not None}
    assert set(library.media.check().songs_without_files) == missing


@pytest.mark.parametrize("seed", range(24))
def test_store_and_disk_agree_after_a_sync(known, root, demo, put, seed):
    """Also if an older plan is carried out in between; and a second sync has nothing to do."""
    life = Life(known, root, demo, seed)
    put("keep.mp3")  # a folder with nothing in it would be taken for a drive that is away
    for step in range(STEPS):
        older = known.media.plan(workers=0) if step % 3 == 2 else None
        for _ in range(life.chance.randint(1, 3)):
            life.go_on()
        if older is not None:
            known.media.apply(older, one_transaction=step % 2 == 0)
        known.media.sync(workers=0)

        again = known.media.sync(workers=0)
        assert (again.added, again.updated, again.moved, again.restored, again.stale) == (0, 0, 0, 0, ())
        assert_agreement(known, root, life.files())
