"""The pattern that this project's seed describes: an ORM session per call, read, set, commit, refresh; our own code.

It works on the indexed tables of this project and reads pages with a limit, which the original did not: its figures
here flatter it.
"""

from __future__ import annotations

import json
from contextlib import contextmanager

from sqlalchemy import func
from sqlalchemy.orm import sessionmaker

from benchmarks.contenders import ARTISTS, PAGE
from benchmarks.contenders.sqlalchemy_orm import SongRow
from benchmarks.contenders.sqlalchemy_tables import engine_for, to_dict


class SeedPattern:
    def __init__(self, target):
        local = {"timeout": 30, "check_same_thread": False} if target.backend == "sqlite" else {}
        self.engine = engine_for(target, connect_args=local, pool_pre_ping=True, pool_recycle=3600)
        self.make_session = sessionmaker(bind=self.engine)

    @contextmanager
    def session(self):
        session = self.make_session()
        try:
            yield session
        except Exception:
            session.rollback()
            raise
        finally:
            session.close()

    def get(self, song_id):
        with self.session() as session:
            return session.query(SongRow).filter(SongRow.id == song_id).first()

    def newest(self):
        with self.session() as session:
            songs = session.query(SongRow).filter(SongRow.date_added.is_not(None))
            return songs.order_by(SongRow.date_added.desc(), SongRow.id.desc()).limit(PAGE).all()

    def newest_json(self):
        return json.dumps([to_dict(row) for row in self.newest()]).encode()

    def count_up(self, song_id):
        with self.session() as session:
            song = session.query(SongRow).filter(SongRow.id == song_id).first()
            song.track_time_millis = (song.track_time_millis or 0) + 1
            session.commit()
            session.refresh(song)
            return song

    def save(self, batch):
        for mapping in batch.mappings:
            with self.session() as session:
                song = session.query(SongRow).filter(SongRow.id == mapping["id"]).first()
                if song is None:
                    song = SongRow(**mapping)
                    session.add(song)
                else:
                    for name, value in mapping.items():
                        setattr(song, name, value)
                session.commit()
                session.refresh(song)

    def artists(self):
        with self.session() as session:
            counted = session.query(SongRow.artist, func.count(SongRow.id)).group_by(SongRow.artist)
            page = counted.order_by(SongRow.artist).limit(ARTISTS).all()
            return page, session.query(func.count(SongRow.artist.distinct())).scalar()

    def offset(self, depth):
        with self.session() as session:
            return session.query(SongRow).order_by(SongRow.title).offset(depth).limit(PAGE).all()

    def close(self):
        self.engine.dispose()
