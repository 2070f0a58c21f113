"""SQLAlchemy's ORM with one session per call."""

from __future__ import annotations

import json

from sqlalchemy import func, select
from sqlalchemy.orm import DeclarativeBase, sessionmaker

from benchmarks.contenders import ARTISTS, BATCH, PAGE
from benchmarks.contenders.sqlalchemy_tables import columns, engine_for, to_dict


class Base(DeclarativeBase):
    pass


SongRow = type("SongRow", (Base,), {"__tablename__": "kp_songs", **columns()})


class SQLAlchemyORM:
    def __init__(self, target):
        self.engine = engine_for(target)
        self.session = sessionmaker(self.engine, expire_on_commit=False)

    def get(self, song_id):
        with self.session() as session:
            return session.get(SongRow, song_id)

    def newest(self):
        with self.session() as session:
            return session.scalars(_page()).all()

    def newest_json(self):
        return json.dumps([to_dict(row) for row in self.newest()]).encode()

    def count_up(self, song_id):
        with self.session() as session:
            song = session.get(SongRow, song_id)
            song.track_time_millis = (song.track_time_millis or 0) + 1
            session.commit()
            session.refresh(song)
            return song

    def save(self, batch):
        with self.session() as session:
            for mapping in batch.mappings:
                session.merge(SongRow(**mapping))
            session.commit()

    def artists(self):
        with self.session() as session:
            return artists_page(session)

    def stream(self):
        with self.session() as session:
            yield from session.scalars(
                select(SongRow).order_by(SongRow.id).execution_options(yield_per=BATCH)
            ).partitions()

    def close(self):
        self.engine.dispose()


def _page():
    return (
        select(SongRow)
        .where(SongRow.date_added.is_not(None))
        .order_by(SongRow.date_added.desc(), SongRow.id.desc())
        .limit(PAGE)
    )


def artists_page(session, model=SongRow):
    page = select(model.artist, func.count()).group_by(model.artist).order_by(model.artist).limit(ARTISTS)
    return session.execute(page).all(), session.execute(select(func.count(model.artist.distinct()))).scalar()
