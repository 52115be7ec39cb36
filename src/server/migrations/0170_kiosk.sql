-- Devices that stand in a station for whoever comes: they send, and show a resident their own case once it is proved whose it is.
ALTER TABLE enrolment ADD COLUMN kiosk INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN kiosk INTEGER NOT NULL DEFAULT 0;

-- Query codes, each good with one ID number for one case: `proof` is a keyed hash of both, so that neither is kept. `submission_id` is the survey that said
-- the code, and made the case; empty: the office handed it out.
CREATE TABLE query_code (
    id             TEXT PRIMARY KEY,
    proof          TEXT NOT NULL,
    case_id        TEXT NOT NULL,
    submission_id  TEXT NOT NULL,
    made_at        INTEGER NOT NULL,
    made_by        TEXT,
    expires_at     INTEGER NOT NULL,
    revoked_at     INTEGER
) STRICT;

CREATE INDEX query_code_by_proof ON query_code (proof);
CREATE INDEX query_code_by_case ON query_code (case_id);

-- Wrong tries in a row, by the number that was typed (a keyed hash of it, whoever's it is) and by the device.
CREATE TABLE query_try (
    subject   TEXT PRIMARY KEY,
    failures  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL
) STRICT;
