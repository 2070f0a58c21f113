"""Jobs.

Written out on purpose, types too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_jobs"
down_revision = "0007_history"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BOOLEAN = sa.Boolean(create_constraint=False).with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.Text(collation="C").with_variant(sa.Text(), "sqlite").with_variant(postgresql.JSON(), "postgresql")


def upgrade() -> None:
    """Create the table of jobs."""
    _create_jobs()


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError


def _reference(field: str, key: str, name: str) -> sa.ForeignKeyConstraint:
    """Checked at commit: within a batch, rows may come before those they name."""
    return sa.ForeignKeyConstraint([field], [key], name=name, deferrable=True, initially="DEFERRED")


def _create_jobs() -> None:
    op.create_table(
        "kp_jobs",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("title", TEXT),
        sa.Column("artist", TEXT),
        sa.Column("song_id", TEXT),
        sa.Column("filename", TEXT),
        sa.Column("progress", INTEGER, nullable=False),
        sa.Column("message", TEXT),
        sa.Column("error", TEXT),
        sa.Column("notes", TEXT),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("result", JSON),
        sa.Column("dismissed", BOOLEAN, nullable=False),
        sa.Column("attempts", INTEGER, nullable=False),
        sa.Column("claim_id", TEXT),
        sa.Column("max_attempts", INTEGER, nullable=False),
        sa.Column("worker", TEXT),
        sa.Column("lease_until", TIME),
        sa.Column("created_at", TIME),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_kp_jobs"),
        _reference("song_id", "kp_songs.id", "fk_kp_jobs_song_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_jobs_created_at", "kp_jobs", ["created_at", "id"])
    op.create_index("ix_kp_jobs_song_id", "kp_jobs", ["song_id"])
    op.create_index("ix_kp_jobs_status_created_at", "kp_jobs", ["status", "created_at", "id"])
    op.create_index("ix_kp_jobs_status_lease_until", "kp_jobs", ["status", "lease_until", "id"])
