"""Other names of artists, readings, and the index of search.

Written out on purpose, types too: what a revision does must not change when the code around it does.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_search"
down_revision = "0009_versions"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
JSON = sa.Text(collation="C").with_variant(sa.Text(), "sqlite").with_variant(postgresql.JSON(), "postgresql")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEYED = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    """Add the columns and the tables; the songs that are there are put into the index afterwards.

    Their readings are made by a check that repairs.
    """
    for name, empty in (("artist_aliases", "'[]'"), ("title_readings", "'{}'"), ("artist_readings", "'{}'")):
        op.add_column("kp_songs", sa.Column(name, JSON, nullable=False, server_default=sa.literal_column(empty)))
    if op.get_bind().dialect.name in GRAMS:
        _create_documents()
        _create_names()
        _create_counts()


def downgrade() -> None:
    """The way back is a backup."""
    raise NotImplementedError


def _create_documents() -> None:
    op.create_table(
        "kp_search_docs",
        sa.Column("place", INTEGER, nullable=False, autoincrement=False),
        *_texts("song_id", "title", "artist"),
        *(sa.Column(name, TEXT) for name in ("album", "more_title", "more_artist", "more_album")),
        *(sa.Column(name, TEXT) for name in ("title_initials", "artist_initials")),
        *_texts("artist_name"),
        sa.Column("language", TEXT),
        sa.Column("genre", TEXT),
        sa.Column("year", INTEGER),
        *_integers("lyrics", "hidden", "plays"),
        *(_keys() if op.get_bind().dialect.name == "postgresql" else ()),
        sa.PrimaryKeyConstraint("place", name="pk_kp_search_docs"),
        sa.UniqueConstraint("song_id", name="uq_kp_search_docs_song_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_kp_search_docs_title_artist_song_id", "kp_search_docs", ["title", "artist", "song_id"])
    for columns, where in ((["plays", "song_id"], "plays > 0"), (["title"], "plays != 0")):
        name, sung = f"ix_kp_search_docs_{'_'.join(columns)}", sa.text(where)
        op.create_index(name, "kp_search_docs", columns, sqlite_where=sung, postgresql_where=sung)
    bind = op.get_bind()
    for statement in GRAMS[bind.dialect.name]:
        bind.exec_driver_sql(statement)


def _keys() -> tuple[sa.Column[Any], ...]:
    """What functions make grams of, where they do."""
    names = ("name_key", "genre_key", "language_key")
    sung: sa.Column[Any] = sa.Column("sung", sa.Boolean(), sa.Computed("plays > 0", persisted=True))
    return (*(sa.Column(name, sa.BigInteger()) for name in names), sung)


def _create_names() -> None:
    _create("kp_search_words", (*_integers("length"), *_texts("word")), ("length", "word"))
    ending, middle = sa.text("substr(word, CAST(length - 1 AS integer))"), sa.text("substr(word, 3, 2)")
    op.create_index("ix_kp_search_words_ending", "kp_search_words", [ending, "length"])
    op.create_index("ix_kp_search_words_middle", "kp_search_words", [middle, "length"])
    op.create_table(
        "kp_search_artists",
        *(*_integers("id"), *_texts("name", "forms"), *_integers("songs", "visible", "plays", "visible_plays")),
        sa.PrimaryKeyConstraint("id", name="pk_kp_search_artists"),
        sa.UniqueConstraint("name", "forms", name="uq_kp_search_artists_name_forms"),
        sqlite_strict=True,
    )
    key = ("further", "form", "artist_id")
    _create("kp_search_artist_forms", (*_integers("further"), *_texts("form"), *_integers("artist_id")), key)
    _create("kp_search_artist_words", (*_texts("word"), *_integers("artist_id")), ("word", "artist_id"))
    key = ("start", "form", "name")
    _create("kp_search_artist_starts", (*_texts(*key), *_integers("artists", "plays", "visible_plays")), key)
    for name in ("plays", "visible_plays"):
        columns: list[str | sa.TextClause] = ["start", sa.text(f"{name} DESC"), "form", "name"]
        index, sung = f"ix_kp_search_artist_starts_start_{name}_form_name", sa.text(f"{name} > 0")
        op.create_index(index, "kp_search_artist_starts", columns, sqlite_where=sung, postgresql_where=sung)
    _create("kp_search_song_starts", (*_texts("start"), *_integers("rank", "place")), ("start", "rank", "place"))
    _create("kp_search_further_titles", (*_texts("form"), *_integers("place")), ("form", "place"))


def _create_counts() -> None:
    columns = (*_texts("facet"), *_integers("hidden"), *_texts("fold", "value"), *_integers("songs"))
    _create("kp_search_facets", columns, ("facet", "hidden", "fold", "value"))
    build = sa.Column("building", INTEGER), sa.Column("reached", TEXT)
    _create("kp_search_state", (*_integers("id", "version", "place"), *build), ("id",))
    op.execute("INSERT INTO kp_search_state VALUES (1, 2, 0, NULL, NULL)")


def _create(name: str, columns: tuple[sa.Column[Any], ...], key: tuple[str, ...]) -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"), **KEYED)


def _texts(*names: str) -> tuple[sa.Column[Any], ...]:
    return tuple(sa.Column(name, TEXT, nullable=False) for name in names)


def _integers(*names: str) -> tuple[sa.Column[Any], ...]:
    return tuple(sa.Column(name, INTEGER, nullable=False, autoincrement=False) for name in names)


GRAMS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE kp_search_grams USING fts5(grams, content='', detail=none, columnsize=0,"
        " tokenize='ascii')",
        "INSERT INTO kp_search_grams (kp_search_grams, rank) VALUES ('hashsize', 4194304)",
        "INSERT INTO kp_search_grams (kp_search_grams, rank) VALUES ('automerge', 2)",
        "CREATE TABLE kp_search_gram_counts (gram TEXT NOT NULL PRIMARY KEY, docs INTEGER NOT NULL)"
        " STRICT, WITHOUT ROWID",
    ),
    "postgresql": (
        """
CREATE FUNCTION kp_search_text(
    title text, artist text, album text, more_title text, more_artist text, more_album text
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    E'\\n ' || title || E' \\nＴ' || left(title, 2) || E'\\n' || right(title, 2)
    || E'Ｔ\\n ' || artist || E' \\nＡ' || left(artist, 2) || E'\\n' || right(artist, 2) || E'Ａ\\n'
    || coalesce(' ' || album || E' \\n', '')
    || coalesce(more_title || replace(replace(more_title, E'\\n ', E'\\nＴ'), E' \\n', E'Ｔ\\n'), '')
    || coalesce(replace(replace(more_title, E'\\n ', E'\\nＵ'), E' \\n', E'\\n'), '')
    || coalesce(more_artist || replace(replace(more_artist, E'\\n ', E'\\nＡ'), E' \\n', E'Ａ\\n'), '')
    || coalesce(more_album, '')
        """,
        """
CREATE FUNCTION kp_search_grams(
    title text, artist text, album text, more_title text, more_artist text, more_album text,
    title_initials text, artist_initials text, year bigint, lyrics bigint, hidden bigint, sung boolean,
    name_key bigint, genre_key bigint, language_key bigint
) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 RETURN (
    SELECT array_agg(a) FILTER (WHERE a > 32)
        || array_agg((a << 21) | b) FILTER (WHERE a > 10 AND b > 32)
        || array_agg((a << 42) | (b << 21) | c) FILTER (WHERE a > 10 AND b > 32 AND c > 10)
    FROM (
        SELECT unnest(letters) AS a, unnest(letters[2:]) AS b, unnest(letters[3:]) AS c
        FROM (
            SELECT array_agg(ascii(letter)::bigint) AS letters
            FROM string_to_table(
                kp_search_text(title, artist, album, more_title, more_artist, more_album), NULL
            ) AS letter
        ) AS spelled
    ) AS windows
) || CASE WHEN title_initials IS NULL AND artist_initials IS NULL THEN '{}' ELSE (
    SELECT array_agg(-1 - code)
    FROM string_to_table(coalesce(title_initials, '') || coalesce(artist_initials, ''), E'\\n') AS form, LATERAL (
        SELECT ascii(substr(form, 2))::bigint, ascii(substr(form, 3))::bigint, ascii(substr(form, 4))::bigint
    ) AS first(a, b, c), LATERAL (VALUES (3, (a << 21) | b), (4, (a << 42) | (b << 21) | c)) AS codes(longer, code)
    WHERE length(form) > longer
) END || array_remove(ARRAY[
    name_key, genre_key, language_key,
    (ascii('Ｙ')::bigint << 42) | (year & 4398046511103),
    (ascii('Ｄ')::bigint << 42) | (floor(year / 10.0)::bigint & 4398046511103),
    CASE WHEN lyrics = 1 THEN ascii('Ｗ') END, CASE WHEN hidden = 1 THEN ascii('Ｈ') END,
    CASE WHEN sung THEN ascii('Ｓ') END
], NULL)
        """,
        "CREATE INDEX ix_kp_search_docs_grams ON kp_search_docs USING gin (kp_search_grams(title, artist, album,"
        " more_title, more_artist, more_album, title_initials, artist_initials, year, lyrics, hidden, sung, name_key,"
        " genre_key, language_key)) WITH (gin_pending_list_limit = 2048)",
        "ALTER INDEX ix_kp_search_docs_grams ALTER COLUMN 1 SET STATISTICS 0",
    ),
}
"""How each database keeps grams."""
