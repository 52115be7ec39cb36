-- Who may do what. Codes, tokens and passwords are kept as hashes; the second factor's secret is sealed.
CREATE TABLE app_user (
    id                TEXT PRIMARY KEY,
    name              TEXT NOT NULL UNIQUE,
    role              TEXT NOT NULL,
    area              TEXT NOT NULL,
    provider          TEXT,
    password          TEXT NOT NULL,
    factor            BLOB,
    factor_confirmed  INTEGER NOT NULL,
    factor_step       INTEGER,
    disabled          INTEGER NOT NULL,
    must_change       INTEGER NOT NULL,
    made_at           INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_code (
    hash     TEXT PRIMARY KEY,
    user_id  TEXT NOT NULL REFERENCES app_user (id)
) STRICT;
CREATE INDEX recovery_code_by_user ON recovery_code (user_id);

CREATE TABLE login_session (
    hash     TEXT PRIMARY KEY,
    user_id  TEXT NOT NULL REFERENCES app_user (id),
    made_at  INTEGER NOT NULL,
    seen_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX login_session_by_user ON login_session (user_id);

-- By a keyed hash of the name that was tried, whether anybody has it or not.
CREATE TABLE login_failure (
    hash        TEXT PRIMARY KEY,
    failures    INTEGER NOT NULL,
    wait_until  INTEGER NOT NULL
) STRICT;

CREATE TABLE enrolment (
    hash        TEXT PRIMARY KEY,
    id          TEXT NOT NULL,
    name        TEXT NOT NULL,
    area        TEXT NOT NULL,
    user_id     TEXT REFERENCES app_user (id),
    made_by     TEXT NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE device (
    id          TEXT PRIMARY KEY,
    hash        TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    area        TEXT NOT NULL,
    user_id     TEXT REFERENCES app_user (id),
    made_at     INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    revoked_at  INTEGER
) STRICT;

-- A line is never changed and never taken out: each holds the hash of the one before.
CREATE TABLE audit (
    number  INTEGER PRIMARY KEY,
    line    TEXT NOT NULL,
    hash    TEXT NOT NULL
) STRICT;

-- What must stay as it was at the first start, such as the ciphers.
CREATE TABLE who_setting (
    name   TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) STRICT;

-- Who sent it, and from which area; nothing where anybody may send.
ALTER TABLE submission ADD COLUMN device_id TEXT;
ALTER TABLE submission ADD COLUMN user_id TEXT;
ALTER TABLE submission ADD COLUMN area TEXT;
CREATE INDEX submission_by_area ON submission (area, id);
