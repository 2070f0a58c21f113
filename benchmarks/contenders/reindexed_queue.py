"""A queue by dense positions, as the application kept it that this project grew out of: each change renumbers the rest.

Our own code for its pattern: an ORM session a call, a query and an UPDATE for each entry that moves.
"""

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

from benchmarks.contenders.sqlalchemy_tables import engine_for


class Base(DeclarativeBase):
    pass


class QueueRow(Base):
    __tablename__ = "karaoke_queue"

    id: Mapped[int] = mapped_column(primary_key=True)
    singer: Mapped[str] = mapped_column(String)
    song_id: Mapped[str] = mapped_column(String)
    position: Mapped[int]


class ReindexedQueue:
    def __init__(self, target):
        self.engine = engine_for(target)
        Base.metadata.create_all(self.engine)
        self.make_session = sessionmaker(bind=self.engine)

    def fill(self, songs, entries):
        with self.make_session() as session:
            rows = [QueueRow(singer=f"singer {n % 50}", song_id=songs[n], position=n) for n in range(entries)]
            session.add_all(rows)
            session.commit()

    def add_in_front(self, song_id):
        with self.make_session() as session:
            added = QueueRow(singer="somebody", song_id=song_id, position=-1)
            session.add(added)
            session.commit()
            self._renumber(session, self._ids(session))

    def move_to_top(self):
        with self.make_session() as session:
            ids = self._ids(session)
            self._renumber(session, [ids[-1], *ids[:-1]])

    def play(self):
        with self.make_session() as session:
            first, *rest = session.query(QueueRow).order_by(QueueRow.position).all()
            session.delete(first)
            session.commit()
            self._renumber(session, [row.id for row in rest])

    @staticmethod
    def _ids(session):
        return [row.id for row in session.query(QueueRow).order_by(QueueRow.position)]

    @staticmethod
    def _renumber(session, ids):
        for position, row_id in enumerate(ids):
            session.get(QueueRow, row_id).position = position
        session.commit()

    def close(self):
        self.engine.dispose()
