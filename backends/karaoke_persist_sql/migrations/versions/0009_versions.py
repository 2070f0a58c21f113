"""Songs that became one, and preferred versions.

Written out on purpose, types too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_versions"
down_revision = "0008_jobs"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Create the tables of redirects and preferences."""
    _create_song_redirects()
    _create_preferred_versions()


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError


def _reference(field: str, key: str, name: str) -> sa.ForeignKeyConstraint:
    """Checked at commit: within a batch, rows may come before those they name."""
    return sa.ForeignKeyConstraint([field], [key], name=name, deferrable=True, initially="DEFERRED")


def _create_song_redirects() -> None:
    op.create_table(
        "kp_song_redirects",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("song_id", TEXT, nullable=False),
        sa.Column("merged_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_kp_song_redirects"),
        _reference("song_id", "kp_songs.id", "fk_kp_song_redirects_song_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_song_redirects_song_id", "kp_song_redirects", ["song_id"])


def _create_preferred_versions() -> None:
    op.create_table(
        "kp_preferred_versions",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version_key", TEXT, nullable=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("song_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kp_preferred_versions"),
        sa.UniqueConstraint("version_key", "scope", name="uq_kp_preferred_versions_version_key_scope"),
        _reference("song_id", "kp_songs.id", "fk_kp_preferred_versions_song_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_preferred_versions_song_id", "kp_preferred_versions", ["song_id"])
