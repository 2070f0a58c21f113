"""Songs, and the number of songs of each artist.

Written out on purpose, types and triggers too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_songs"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BOOLEAN = sa.Boolean(create_constraint=False).with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
JSON = sa.Text(collation="C").with_variant(sa.Text(), "sqlite").with_variant(postgresql.JSON(), "postgresql")


def upgrade() -> None:
    """Create the tables, indexes and triggers."""
    _create_songs()
    _create_song_indexes()
    _create_artist_counts()
    _create_artist_count_triggers()
    if op.get_bind().dialect.name == "postgresql":
        _create_writer()


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError


def _create_songs() -> None:
    op.create_table(
        "kp_songs",
        sa.Column("revision", INTEGER, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("artist", TEXT, nullable=False),
        sa.Column("album", TEXT),
        sa.Column("aliases", JSON, nullable=False),
        sa.Column("duration_ms", INTEGER),
        sa.Column("year", INTEGER),
        sa.Column("release_date", TEXT),
        sa.Column("genre", TEXT),
        sa.Column("language", TEXT),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("favorite", BOOLEAN, nullable=False),
        sa.Column("date_added", TIME),
        sa.Column("plain_lyrics", TEXT),
        sa.Column("synced_lyrics", TEXT),
        sa.Column("media", JSON, nullable=False),
        sa.Column("source", TEXT),
        sa.Column("source_url", TEXT),
        sa.Column("description", TEXT),
        sa.Column("video_id", TEXT),
        sa.Column("uploader", TEXT),
        sa.Column("uploader_id", TEXT),
        sa.Column("channel", TEXT),
        sa.Column("channel_id", TEXT),
        sa.Column("channel_name", TEXT),
        sa.Column("upload_date", TIME),
        sa.Column("mbid", TEXT),
        sa.Column("release_id", TEXT),
        sa.Column("itunes_artist_id", INTEGER),
        sa.Column("itunes_collection_id", INTEGER),
        sa.Column("itunes_track_id", INTEGER),
        sa.Column("itunes_explicit", BOOLEAN),
        sa.Column("itunes_preview_url", TEXT),
        sa.Column("itunes_artwork_urls", JSON),
        sa.Column("itunes_raw_metadata", JSON),
        sa.Column("track_time_millis", INTEGER),
        sa.Column("youtube_duration", INTEGER),
        sa.Column("youtube_thumbnail_urls", JSON),
        sa.Column("youtube_tags", JSON),
        sa.Column("youtube_categories", JSON),
        sa.Column("youtube_channel_id", TEXT),
        sa.Column("youtube_channel_name", TEXT),
        sa.Column("youtube_raw_metadata", JSON),
        sa.Column("extra", JSON, nullable=False),
        sa.Column("title_fold", TEXT, nullable=False),
        sa.Column("artist_fold", TEXT, nullable=False),
        sa.Column("album_fold", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_kp_songs"),
        sqlite_strict=True,
    )


def _create_song_indexes() -> None:
    op.create_index("ix_kp_songs_date_added", "kp_songs", ["date_added", "id"])
    op.create_index("ix_kp_songs_title", "kp_songs", ["title_fold", "title", "id"])
    op.create_index("ix_kp_songs_artist", "kp_songs", ["artist_fold", "artist", "id"])
    op.create_index("ix_kp_songs_album", "kp_songs", ["album_fold", "album", "id"])
    op.create_index("ix_kp_songs_year", "kp_songs", ["year", "id"])


def _create_artist_counts() -> None:
    op.create_table(
        "kp_songs_artist_counts",
        sa.Column("value", TEXT, nullable=False),
        sa.Column("value_fold", TEXT, nullable=False),
        sa.Column("n", INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("value_fold", "value", name="pk_kp_songs_artist_counts"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    most_first = sa.text("n DESC")
    op.create_index("ix_kp_songs_artist_counts_n", "kp_songs_artist_counts", [most_first, "value_fold", "value"])


def _create_artist_count_triggers() -> None:
    bind = op.get_bind()
    if bind.dialect.name not in TRIGGERS:
        raise NotImplementedError(f"the triggers of {bind.dialect.name} have not been written")
    for statement in TRIGGERS[bind.dialect.name]:
        bind.exec_driver_sql(statement.replace("{schema}", _schema()))


def _create_writer() -> None:
    """What a writer locks, and nobody reads."""
    op.create_table("kp_writer", sa.Column("id", INTEGER, nullable=False))


def _schema() -> str:
    """The schema that the tables are made in: a function must not depend on the search path of who writes."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return ""
    return str(bind.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one())


_MORE = (
    "INSERT INTO kp_songs_artist_counts (value_fold, value, n) VALUES (NEW.artist_fold, NEW.artist, 1)"
    " ON CONFLICT (value_fold, value) DO UPDATE SET n = n + 1;"
)
_WHICH = "value = OLD.artist AND value_fold = OLD.artist_fold"
_FEWER = (
    f"UPDATE kp_songs_artist_counts SET n = n - 1 WHERE {_WHICH};"  # noqa: S608
    f" DELETE FROM kp_songs_artist_counts WHERE {_WHICH} AND n < 1;"
)
_CHANGED = "AFTER UPDATE OF artist, artist_fold ON kp_songs WHEN OLD.artist IS NOT NEW.artist"
_ADDED = "SELECT artist_fold AS value_fold, artist AS value, 1 AS n FROM new_rows WHERE artist IS NOT NULL"
_TAKEN = "SELECT artist_fold AS value_fold, artist AS value, -1 AS n FROM old_rows WHERE artist IS NOT NULL"
_POSTGRES_MORE = (
    "INSERT INTO {{schema}}.kp_songs_artist_counts AS c (value_fold, value, n)"
    " SELECT value_fold, value, sum(n) AS n FROM ({changes}) AS changed GROUP BY value_fold, value HAVING sum(n) <> 0"
    " ON CONFLICT (value_fold, value) DO UPDATE SET n = c.n + excluded.n;"
)
_POSTGRES_GONE = (
    " DELETE FROM {schema}.kp_songs_artist_counts AS c"
    " USING (SELECT DISTINCT artist_fold AS value_fold, artist AS value FROM old_rows) AS d"
    " WHERE c.value_fold = d.value_fold AND c.value = d.value AND c.n < 1;"
)


def _postgres_function(name: str, body: str) -> str:
    return (
        f"CREATE FUNCTION {{schema}}.kp_songs_artist_counts_{name}() RETURNS trigger LANGUAGE plpgsql"
        f" AS $kp$ BEGIN {body} RETURN NULL; END $kp$"
    )


def _postgres_trigger(name: str, event: str, tables: str) -> str:
    return (
        f"CREATE TRIGGER kp_songs_artist_counts_{name} AFTER {event} ON {{schema}}.kp_songs REFERENCING {tables}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {{schema}}.kp_songs_artist_counts_{name}()"
    )


TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER kp_songs_artist_counts_insert AFTER INSERT ON kp_songs"
        f" WHEN NEW.artist IS NOT NULL BEGIN {_MORE} END",
        "CREATE TRIGGER kp_songs_artist_counts_delete AFTER DELETE ON kp_songs"
        f" WHEN OLD.artist IS NOT NULL BEGIN {_FEWER} END",
        f"CREATE TRIGGER kp_songs_artist_counts_update_new {_CHANGED} AND NEW.artist IS NOT NULL BEGIN {_MORE} END",
        f"CREATE TRIGGER kp_songs_artist_counts_update_old {_CHANGED} AND OLD.artist IS NOT NULL BEGIN {_FEWER} END",
    ),
    "postgresql": (
        _postgres_function("insert", _POSTGRES_MORE.format(changes=_ADDED)),
        _postgres_trigger("insert", "INSERT", "NEW TABLE AS new_rows"),
        _postgres_function("delete", _POSTGRES_MORE.format(changes=_TAKEN) + _POSTGRES_GONE),
        _postgres_trigger("delete", "DELETE", "OLD TABLE AS old_rows"),
        _postgres_function("update", _POSTGRES_MORE.format(changes=f"{_ADDED} UNION ALL {_TAKEN}") + _POSTGRES_GONE),
        _postgres_trigger("update", "UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    ),
}
