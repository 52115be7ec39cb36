-- Other contents under an id that a submission has already: kept in full until the office has decided, and after that.
-- `own_id` is the id that it has if it is taken in, as a submission of its own that names the other. `came` is what was sent, where that is not `body`: sealed for the office.
-- `decision`: nothing (NULL) while it waits, `taken_in` or `left_out`.
CREATE TABLE submission_aside (
    id            TEXT NOT NULL REFERENCES submission (id),
    content_hash  TEXT NOT NULL,
    own_id        TEXT NOT NULL UNIQUE,
    form_id       TEXT NOT NULL,
    form_version  TEXT NOT NULL,
    form_hash     TEXT NOT NULL REFERENCES form_version (hash),
    body          BLOB NOT NULL,
    came          BLOB,
    received_at   INTEGER NOT NULL,
    device_id     TEXT,
    user_id       TEXT,
    area          TEXT,
    decision      TEXT,
    decided_at    INTEGER,
    decided_by    TEXT,
    PRIMARY KEY (id, content_hash)
) STRICT;

CREATE INDEX submission_aside_waiting ON submission_aside (own_id) WHERE decision IS NULL;
