"""SQLModel with one session per call."""

from __future__ import annotations

import json
import types
from typing import Any

from sqlmodel import Field, Session, SQLModel, select

from benchmarks.contenders import PAGE
from benchmarks.contenders.sqlalchemy_orm import artists_page
from benchmarks.contenders.sqlalchemy_tables import columns, engine_for, to_dict


def _fill(namespace):
    made = columns()
    namespace |= {"__module__": __name__, "__tablename__": "kp_songs", "__annotations__": dict.fromkeys(made, Any)}
    namespace |= {name: Field(default=None, sa_column=column) for name, column in made.items()}


SongModel = types.new_class("SongModel", (SQLModel,), {"table": True}, _fill)


class SQLModelSession:
    def __init__(self, target):
        self.engine = engine_for(target)

    def get(self, song_id):
        with Session(self.engine) as session:
            return session.get(SongModel, song_id)

    def newest(self):
        with Session(self.engine) as session:
            return session.exec(
                select(SongModel)
                .where(SongModel.date_added.is_not(None))
                .order_by(SongModel.date_added.desc(), SongModel.id.desc())
                .limit(PAGE)
            ).all()

    def newest_json(self):
        return json.dumps([to_dict(row) for row in self.newest()]).encode()

    def count_up(self, song_id):
        with Session(self.engine) as session:
            song = session.get(SongModel, song_id)
            song.track_time_millis = (song.track_time_millis or 0) + 1
            session.add(song)
            session.commit()
            session.refresh(song)
            return song

    def save(self, batch):
        with Session(self.engine) as session:
            for mapping in batch.mappings:
                session.merge(SongModel(**mapping))
            session.commit()

    def artists(self):
        with Session(self.engine) as session:
            return artists_page(session, SongModel)

    def close(self):
        self.engine.dispose()
