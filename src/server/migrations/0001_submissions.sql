-- The first schema, as it was before migrations were kept here: a database that has it already is left as it is.
CREATE TABLE IF NOT EXISTS form_version (
    hash       TEXT PRIMARY KEY,
    id         TEXT NOT NULL,
    version    TEXT NOT NULL,
    bundle     TEXT NOT NULL,
    served_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS submission (
    id            TEXT PRIMARY KEY,
    form_id       TEXT NOT NULL,
    form_version  TEXT NOT NULL,
    form_hash     TEXT NOT NULL REFERENCES form_version (hash),
    content_hash  TEXT NOT NULL,
    body          BLOB NOT NULL,
    received_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS submission_by_form ON submission (form_id, received_at);
