"""Users, what they log in with, and what they like.

Written out on purpose, types too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_users"
down_revision = "0003_plays"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BOOLEAN = sa.Boolean(create_constraint=False).with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.Text(collation="C").with_variant(sa.Text(), "sqlite").with_variant(postgresql.JSON(), "postgresql")


def upgrade() -> None:
    """Create the tables of users and favourites."""
    _create_users()
    _create_credentials()
    _create_favorite_songs()
    _create_favorite_artists()


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError


def _reference(field: str, key: str, name: str) -> sa.ForeignKeyConstraint:
    """Checked at commit: within a batch, rows may come before those they name."""
    return sa.ForeignKeyConstraint([field], [key], name=name, deferrable=True, initially="DEFERRED")


def _create_users() -> None:
    op.create_table(
        "kp_users",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("username", TEXT, nullable=False),
        sa.Column("username_key", TEXT, nullable=False),
        sa.Column("display_name", TEXT),
        sa.Column("theme", TEXT),
        sa.Column("color", TEXT),
        sa.Column("preferences", JSON, nullable=False),
        sa.Column("is_admin", BOOLEAN, nullable=False),
        sa.Column("is_guest", BOOLEAN, nullable=False),
        sa.Column("created_at", TIME),
        sa.Column("username_fold", TEXT, nullable=False),
        sa.Column("display_name_fold", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_kp_users"),
        sa.UniqueConstraint("username_key", name="uq_kp_users_username_key"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_users_created_at", "kp_users", ["created_at", "id"])
    op.create_index("ix_kp_users_username", "kp_users", ["username_fold", "username", "id"])


def _create_credentials() -> None:
    op.create_table(
        "kp_credentials",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("password_hash", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_kp_credentials"),
        _reference("user_id", "kp_users.id", "fk_kp_credentials_user_id"),
        sqlite_strict=True,
    )


def _create_favorite_songs() -> None:
    op.create_table(
        "kp_favorite_songs",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("song_id", TEXT, nullable=False),
        sa.Column("added_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_kp_favorite_songs"),
        sa.UniqueConstraint("user_id", "song_id", name="uq_kp_favorite_songs_user_id_song_id"),
        _reference("user_id", "kp_users.id", "fk_kp_favorite_songs_user_id"),
        _reference("song_id", "kp_songs.id", "fk_kp_favorite_songs_song_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_favorite_songs_song_id", "kp_favorite_songs", ["song_id"])
    op.create_index("ix_kp_favorite_songs_user_id_added_at", "kp_favorite_songs", ["user_id", "added_at", "id"])


def _create_favorite_artists() -> None:
    op.create_table(
        "kp_favorite_artists",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("artist", TEXT, nullable=False),
        sa.Column("artist_key", TEXT, nullable=False),
        sa.Column("added_at", TIME),
        sa.Column("artist_fold", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kp_favorite_artists"),
        sa.UniqueConstraint("user_id", "artist_key", name="uq_kp_favorite_artists_user_id_artist_key"),
        _reference("user_id", "kp_users.id", "fk_kp_favorite_artists_user_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_favorite_artists_artist_key", "kp_favorite_artists", ["artist_key", "id"])
    op.create_index(
        "ix_kp_favorite_artists_user_id_artist", "kp_favorite_artists", ["user_id", "artist_fold", "artist", "id"]
    )
