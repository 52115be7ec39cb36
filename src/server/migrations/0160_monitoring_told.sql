-- Rows of lists that were not taken in: which title and what is wrong there, and nothing of what stood in them.
CREATE TABLE monitoring_refused (
    list_id  TEXT NOT NULL,
    row      INTEGER NOT NULL,
    title    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (list_id, row)
) STRICT;

-- The rows that tell of a household.
CREATE INDEX monitoring_row_by_case ON monitoring_row (case_id);
