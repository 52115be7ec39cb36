-- Persons of households, as monitoring lists name them: what a household is known by besides its entity. `id_key` is a keyed hash of the ID number,
-- empty where there is none; the number itself is kept nowhere. `list_id` is the list that told of the person, empty if none did.
CREATE TABLE known_person (
    id        TEXT PRIMARY KEY,
    case_id   TEXT NOT NULL,
    id_key    TEXT NOT NULL,
    name      TEXT NOT NULL,
    birthday  TEXT NOT NULL,
    list_id   TEXT NOT NULL
) STRICT;

CREATE INDEX known_person_by_case ON known_person (case_id);
CREATE INDEX known_person_by_list ON known_person (list_id);

-- What the columns of lists mean, by the hash of their titles: said once.
CREATE TABLE monitoring_columns (
    titles   TEXT PRIMARY KEY,
    columns  TEXT NOT NULL,
    at       INTEGER NOT NULL,
    user_id  TEXT
) STRICT;

-- Lists that were brought in, each by the hash of its bytes once.
CREATE TABLE monitoring_list (
    id         TEXT PRIMARY KEY,
    area       TEXT NOT NULL,
    hash       TEXT NOT NULL,
    at         INTEGER NOT NULL,
    user_id    TEXT,
    undone_at  INTEGER
) STRICT;

-- Their good rows: `joined` with a household, `waiting` for a person to decide, made a `lead`, or `same` as an earlier row of the list.
-- `decided_by` and `decided_at` say who decided, if anybody had to.
CREATE TABLE monitoring_row (
    list_id     TEXT NOT NULL,
    row         INTEGER NOT NULL,
    state       TEXT NOT NULL,
    case_id     TEXT,
    same_as     INTEGER,
    area        TEXT NOT NULL,
    id_key      TEXT NOT NULL,
    said        TEXT NOT NULL,
    candidates  TEXT NOT NULL,
    decided_at  INTEGER,
    decided_by  TEXT,
    PRIMARY KEY (list_id, row)
) STRICT;

CREATE INDEX monitoring_row_by_state ON monitoring_row (state, list_id, row);
