"""Nights, performances, and who sang them.

Written out on purpose, types too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_history"
down_revision = "0006_queue"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BOOLEAN = sa.Boolean(create_constraint=False).with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the tables of the history."""
    _create_nights()
    _create_performances()
    _create_performance_singers()


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError


def _reference(field: str, key: str, name: str) -> sa.ForeignKeyConstraint:
    """Checked at commit: within a batch, rows may come before those they name."""
    return sa.ForeignKeyConstraint([field], [key], name=name, deferrable=True, initially="DEFERRED")


def _create_nights() -> None:
    op.create_table(
        "kp_nights",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("active_at", TIME, nullable=False),
        sa.Column("closed_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_kp_nights"),
        _reference("room_id", "kp_rooms.id", "fk_kp_nights_room_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_nights_opened_at", "kp_nights", ["opened_at", "id"])
    op.create_index("ix_kp_nights_room_id_opened_at", "kp_nights", ["room_id", "opened_at", "id"])


def _create_performances() -> None:
    op.create_table(
        "kp_performances",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("night_id", TEXT, nullable=False),
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("song_id", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("artist", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("key_shift", INTEGER, nullable=False),
        sa.Column("tempo", INTEGER, nullable=False),
        sa.Column("duration_ms", INTEGER),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("title_fold", TEXT, nullable=False),
        sa.Column("artist_fold", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kp_performances"),
        _reference("night_id", "kp_nights.id", "fk_kp_performances_night_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_performances_night_id_started_at", "kp_performances", ["night_id", "started_at", "id"])
    op.create_index("ix_kp_performances_room_id_started_at", "kp_performances", ["room_id", "started_at", "id"])
    op.create_index("ix_kp_performances_song_id_started_at", "kp_performances", ["song_id", "started_at", "id"])
    op.create_index("ix_kp_performances_started_at", "kp_performances", ["started_at", "id"])
    op.create_index(
        "ix_kp_performances_status_artist_started_at",
        "kp_performances",
        ["status", "artist_fold", "artist", "started_at", "id"],
    )
    op.create_index(
        "ix_kp_performances_status_song_id_started_at", "kp_performances", ["status", "song_id", "started_at", "id"]
    )
    op.create_index("ix_kp_performances_status_started_at", "kp_performances", ["status", "started_at", "id"])


def _create_performance_singers() -> None:
    op.create_table(
        "kp_performance_singers",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("performance_id", TEXT, nullable=False),
        sa.Column("place", INTEGER, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("user_id", TEXT),
        sa.Column("singer", TEXT, nullable=False),
        sa.Column("night_id", TEXT, nullable=False),
        sa.Column("song_id", TEXT, nullable=False),
        sa.Column("completed", BOOLEAN, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kp_performance_singers"),
        sa.UniqueConstraint("performance_id", "place", name="uq_kp_performance_singers_performance_id_place"),
        sa.UniqueConstraint("performance_id", "singer", name="uq_kp_performance_singers_performance_id_singer"),
        _reference("performance_id", "kp_performances.id", "fk_kp_performance_singers_performance_id"),
        _reference("user_id", "kp_users.id", "fk_kp_performance_singers_user_id"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_kp_performance_singers_completed_singer_started_at",
        "kp_performance_singers",
        ["completed", "singer", "started_at", "id"],
    )
    op.create_index(
        "ix_kp_performance_singers_night_id_started_at", "kp_performance_singers", ["night_id", "started_at", "id"]
    )
    op.create_index(
        "ix_kp_performance_singers_singer_song_id_started_at",
        "kp_performance_singers",
        ["singer", "song_id", "started_at", "id"],
    )
    op.create_index(
        "ix_kp_performance_singers_singer_started_at", "kp_performance_singers", ["singer", "started_at", "id"]
    )
    op.create_index("ix_kp_performance_singers_user_id", "kp_performance_singers", ["user_id"])
