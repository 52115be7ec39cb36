-- The versions of each form that came from the folder (`user_id` is null) or were put up by a designer, and what became of them: `waiting`, `current`, `past`, `refused`.
-- `replaces` is the hash of the version that it was made from. `in_force` counts what came into force or left the folder, of all forms: whoever remembers the last
-- number knows whether anything has changed since.
CREATE TABLE form_publication (
    id          TEXT PRIMARY KEY,
    form_id     TEXT NOT NULL,
    hash        TEXT NOT NULL REFERENCES form_version (hash),
    version     TEXT NOT NULL,
    note        TEXT NOT NULL,
    user_id     TEXT,
    made_at     INTEGER NOT NULL,
    state       TEXT NOT NULL,
    replaces    TEXT,
    decided_by  TEXT,
    decided_at  INTEGER,
    in_force    INTEGER
) STRICT;

-- One version of a form is current.
CREATE UNIQUE INDEX form_publication_current ON form_publication (form_id) WHERE state = 'current';
CREATE INDEX form_publication_by_form ON form_publication (form_id, made_at);
CREATE INDEX form_publication_by_hash ON form_publication (hash);
CREATE INDEX form_publication_in_force ON form_publication (in_force);

-- What was served until now came from the folder.
INSERT INTO form_publication (id, form_id, hash, version, note, made_at, state)
SELECT hash, id, hash, version, '', served_at, 'past' FROM form_version;
