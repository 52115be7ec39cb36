-- Half-filled drafts that somebody at a kiosk goes on with at a member of the staff. `id` is a hash of the one-time code, `sealed` is encrypted with that code,
-- which the server never has; both are gone after a quarter of an hour. `taken_by` is the one user who may fetch it again until they have kept it (`kept_at`).
CREATE TABLE handover (
    id          TEXT PRIMARY KEY,
    device_id   TEXT NOT NULL,
    area        TEXT NOT NULL,
    sealed      BLOB NOT NULL,
    made_at     INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    taken_by    TEXT,
    kept_at     INTEGER
) STRICT;
