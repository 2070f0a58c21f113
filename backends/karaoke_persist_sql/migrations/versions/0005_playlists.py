"""Playlists and their entries.

Written out on purpose, types too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_playlists"
down_revision = "0004_users"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.Text(collation="C").with_variant(sa.Text(), "sqlite").with_variant(postgresql.JSON(), "postgresql")


def upgrade() -> None:
    """Create the tables of playlists."""
    _create_playlists()
    _create_playlist_entries()


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError


def _reference(field: str, key: str, name: str) -> sa.ForeignKeyConstraint:
    """Checked at commit: within a batch, rows may come before those they name."""
    return sa.ForeignKeyConstraint([field], [key], name=name, deferrable=True, initially="DEFERRED")


def _create_playlists() -> None:
    op.create_table(
        "kp_playlists",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("owner", TEXT),
        sa.Column("visibility", TEXT, nullable=False),
        sa.Column("duplicates", TEXT, nullable=False),
        sa.Column("description", TEXT),
        sa.Column("criteria", JSON),
        sa.Column("rev", INTEGER, nullable=False),
        sa.Column("created_at", TIME),
        sa.Column("name_fold", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kp_playlists"),
        _reference("owner", "kp_users.id", "fk_kp_playlists_owner"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_playlists_created_at", "kp_playlists", ["created_at", "id"])
    op.create_index("ix_kp_playlists_name", "kp_playlists", ["name_fold", "name", "id"])
    op.create_index("ix_kp_playlists_owner_name", "kp_playlists", ["owner", "name_fold", "name", "id"])


def _create_playlist_entries() -> None:
    op.create_table(
        "kp_playlist_entries",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("playlist_id", TEXT, nullable=False),
        sa.Column("rank", TEXT, nullable=False),
        sa.Column("song_id", TEXT, nullable=False),
        sa.Column("added_by", TEXT),
        sa.Column("added_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_kp_playlist_entries"),
        sa.UniqueConstraint("playlist_id", "rank", name="uq_kp_playlist_entries_playlist_id_rank"),
        _reference("playlist_id", "kp_playlists.id", "fk_kp_playlist_entries_playlist_id"),
        _reference("song_id", "kp_songs.id", "fk_kp_playlist_entries_song_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_playlist_entries_song_id", "kp_playlist_entries", ["song_id"])
