"""Files below the library folders, and what people curated.

Written out on purpose, types too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_media"
down_revision = "0010_search"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.Text(collation="C").with_variant(sa.Text(), "sqlite").with_variant(postgresql.JSON(), "postgresql")


def upgrade() -> None:
    """Create the tables; of the songs that are there, nothing is curated and nothing missing."""
    op.add_column("kp_songs", sa.Column("curated", JSON, nullable=False, server_default=sa.literal_column("'[]'")))
    op.add_column("kp_songs", sa.Column("missing_since", TIME))
    present = sa.text("missing_since IS NOT NULL")
    name = "ix_kp_songs_missing_since"
    op.create_index(name, "kp_songs", ["missing_since"], sqlite_where=present, postgresql_where=present)
    _create_media_roots()
    _create_media_files()
    _create_media_removals()


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError


def _create_media_roots() -> None:
    op.create_table(
        "kp_media_roots",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("digest", TEXT),
        sa.Column("problems", INTEGER, nullable=False),
        sa.Column("missing", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kp_media_roots"),
        sqlite_strict=True,
    )


def _create_media_files() -> None:
    op.create_table(
        "kp_media_files",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("root", TEXT, nullable=False),
        sa.Column("path", TEXT, nullable=False),
        sa.Column("folder", TEXT, nullable=False),
        sa.Column("kind", TEXT),
        sa.Column("song_id", TEXT),
        sa.Column("size", INTEGER, nullable=False),
        sa.Column("mtime_ns", INTEGER, nullable=False),
        sa.Column("device", INTEGER, nullable=False),
        sa.Column("inode", INTEGER, nullable=False),
        sa.Column("fingerprint", TEXT),
        sa.Column("problem", TEXT),
        sa.Column("missing_since", TIME),
        sa.Column("missed_scans", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kp_media_files"),
        sa.ForeignKeyConstraint(
            ["song_id"],
            ["kp_songs.id"],
            name="fk_kp_media_files_song_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_media_files_folder_id", "kp_media_files", ["folder", "id"])
    op.create_index("ix_kp_media_files_song_id", "kp_media_files", ["song_id"])


def _create_media_removals() -> None:
    op.create_table(
        "kp_media_removals",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("root", TEXT, nullable=False),
        sa.Column("path", TEXT, nullable=False),
        sa.Column("trash", TEXT, nullable=False),
        sa.Column("size", INTEGER, nullable=False),
        sa.Column("mtime_ns", INTEGER, nullable=False),
        sa.Column("requested_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_kp_media_removals"),
        sqlite_strict=True,
    )
