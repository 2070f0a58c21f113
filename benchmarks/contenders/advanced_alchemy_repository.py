"""advanced-alchemy's synchronous repository, one session per call."""

from __future__ import annotations

import json

from advanced_alchemy.filters import LimitOffset, NotNullFilter, OrderBy
from advanced_alchemy.repository import SQLAlchemySyncRepository
from sqlalchemy.orm import sessionmaker

from benchmarks.contenders import PAGE
from benchmarks.contenders.sqlalchemy_orm import SongRow, artists_page
from benchmarks.contenders.sqlalchemy_tables import engine_for, to_dict


class SongRepository(SQLAlchemySyncRepository):
    model_type = SongRow


class AdvancedAlchemy:
    def __init__(self, target):
        self.engine = engine_for(target)
        self.session = sessionmaker(self.engine, expire_on_commit=False)

    def get(self, song_id):
        with self.session() as session:
            return SongRepository(session=session).get(song_id)

    def newest(self):
        with self.session() as session:
            order = OrderBy("date_added", "desc"), OrderBy("id", "desc")
            return SongRepository(session=session).list(NotNullFilter("date_added"), *order, LimitOffset(PAGE, 0))

    def newest_json(self):
        return json.dumps([to_dict(row) for row in self.newest()]).encode()

    def count_up(self, song_id):
        with self.session() as session:
            repository = SongRepository(session=session, auto_commit=True, auto_refresh=True)
            song = repository.get(song_id)
            song.track_time_millis = (song.track_time_millis or 0) + 1
            return repository.update(song)

    def save(self, batch):
        with self.session() as session:
            SongRepository(session=session, auto_commit=True).upsert_many(
                [SongRow(**mapping) for mapping in batch.mappings]
            )

    def artists(self):
        with self.session() as session:
            return artists_page(session)

    def close(self):
        self.engine.dispose()
