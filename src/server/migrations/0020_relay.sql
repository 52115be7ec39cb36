-- What is passed on to other servers: a row for each submission and target, written with the submission.
-- `record` is the outbox item as the delivery library keeps it, with its version; beside it is what it is looked up by.
-- Nothing is due (NULL) that is delivered or refused. Whoever sends it has its claim, until then or until it lets go.
CREATE TABLE relay (
    submission_id  TEXT NOT NULL REFERENCES submission (id),
    target         TEXT NOT NULL,
    state          TEXT NOT NULL,
    attempts       INTEGER NOT NULL,
    record         BLOB NOT NULL,
    queued_at      INTEGER NOT NULL,
    due_at         INTEGER,
    claim          TEXT,
    claimed_until  INTEGER,
    PRIMARY KEY (submission_id, target)
) STRICT;

CREATE INDEX relay_by_due ON relay (target, attempts, due_at, submission_id) WHERE due_at IS NOT NULL;
CREATE INDEX relay_by_state ON relay (state, target, queued_at);
