"""Rooms, their queues, and what can be undone of them.

Written out on purpose, types too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_queue"
down_revision = "0005_playlists"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BOOLEAN = sa.Boolean(create_constraint=False).with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.Text(collation="C").with_variant(sa.Text(), "sqlite").with_variant(postgresql.JSON(), "postgresql")


def upgrade() -> None:
    """Create the tables of the queue."""
    _create_rooms()
    _create_queue_entries()
    _create_queue_singers()
    _create_queue_edits()


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError


def _reference(field: str, key: str, name: str) -> sa.ForeignKeyConstraint:
    """Checked at commit: within a batch, rows may come before those they name."""
    return sa.ForeignKeyConstraint([field], [key], name=name, deferrable=True, initially="DEFERRED")


def _create_rooms() -> None:
    op.create_table(
        "kp_rooms",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("is_open", BOOLEAN, nullable=False),
        sa.Column("playing_entry", TEXT),
        sa.Column("locked_entry", TEXT),
        sa.Column("queue_rev", INTEGER, nullable=False),
        sa.Column("held_singers", JSON, nullable=False),
        sa.Column("policy", TEXT, nullable=False),
        sa.Column("auto", BOOLEAN, nullable=False),
        sa.Column("when_queued", TEXT, nullable=False),
        sa.Column("when_sung", TEXT, nullable=False),
        sa.Column("max_waiting", INTEGER),
        sa.Column("max_waiting_seconds", INTEGER),
        sa.Column("max_per_night", INTEGER),
        sa.Column("created_at", TIME),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kp_rooms"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_rooms_name", "kp_rooms", ["name_fold", "name", "id"])


def _create_queue_entries() -> None:
    op.create_table(
        "kp_queue_entries",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("rank", TEXT, nullable=False),
        sa.Column("song_id", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("pinned", BOOLEAN, nullable=False),
        sa.Column("key_shift", INTEGER, nullable=False),
        sa.Column("tempo", INTEGER, nullable=False),
        sa.Column("note", TEXT),
        sa.Column("added_by", TEXT),
        sa.Column("added_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_kp_queue_entries"),
        sa.UniqueConstraint("room_id", "rank", name="uq_kp_queue_entries_room_id_rank"),
        _reference("room_id", "kp_rooms.id", "fk_kp_queue_entries_room_id"),
        _reference("song_id", "kp_songs.id", "fk_kp_queue_entries_song_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_queue_entries_song_id", "kp_queue_entries", ["song_id"])


def _create_queue_singers() -> None:
    op.create_table(
        "kp_queue_singers",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("place", INTEGER, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("user_id", TEXT),
        sa.Column("singer", TEXT, nullable=False),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kp_queue_singers"),
        sa.UniqueConstraint("entry_id", "place", name="uq_kp_queue_singers_entry_id_place"),
        _reference("entry_id", "kp_queue_entries.id", "fk_kp_queue_singers_entry_id"),
        _reference("user_id", "kp_users.id", "fk_kp_queue_singers_user_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_queue_singers_singer_entry_id", "kp_queue_singers", ["singer", "entry_id", "id"])
    op.create_index("ix_kp_queue_singers_user_id", "kp_queue_singers", ["user_id"])


def _create_queue_edits() -> None:
    op.create_table(
        "kp_queue_edits",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("room_id", TEXT, nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("undone", BOOLEAN, nullable=False),
        sa.Column("patch", JSON, nullable=False),
        sa.Column("made_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_kp_queue_edits"),
        sa.UniqueConstraint("room_id", "number", name="uq_kp_queue_edits_room_id_number"),
        _reference("room_id", "kp_rooms.id", "fk_kp_queue_edits_room_id"),
        sqlite_strict=True,
    )
