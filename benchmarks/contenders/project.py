"""This project, by its public calls; only the stream is a call of its session, for there is no other."""

from __future__ import annotations

import karaoke_persist
from benchmarks.contenders import ARTISTS, BATCH, PAGE
from karaoke_persist.contract import In, Query


class Project:
    def __init__(self, target):
        options = {} if target.backend == "memory" else {"durability": target.durability}
        self.library = karaoke_persist.open(target.url, on_error="raise", **options)
        self.songs = self.library.songs

    def get(self, song_id):
        return self.songs.get_song(song_id)

    def newest(self):
        return self.songs.get_songs_page(limit=PAGE)

    def newest_json(self):
        page = self.songs.get_songs_page(limit=PAGE)
        return b"[%b]" % b",".join([song.to_json() for song in page.items])

    def count_up(self, song_id):
        with self.library.transaction() as tx:
            song = tx.songs.get_song(song_id)
            return tx.songs.patch_song(song_id, {"track_time_millis": (song.track_time_millis or 0) + 1})

    def forget(self, ids):
        """Delete songs with their documents, whoever saved them."""
        session = self.library.store.session()
        session.delete_where(Query(karaoke_persist.Song, where=In("id", tuple(ids))))
        session.commit()

    def save(self, batch):
        return self.songs.upsert_songs(batch.songs)

    def artists(self):
        return self.songs.get_artists_page(limit=ARTISTS)

    def stream(self):
        with self.library.transaction(read_only=True) as tx:
            yield from tx._session.stream(Query(karaoke_persist.Song), BATCH)

    def pages(self):
        cursor = None
        while True:
            page = self.songs.get_songs_page(limit=BATCH, cursor=cursor)
            yield page.items
            cursor = page.cursor
            if cursor is None:
                return

    def close(self):
        self.library.close()
