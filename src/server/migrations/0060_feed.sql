-- What comes down to phones: for each thing and each area and role that it is or was offered to, a row with the number of its last change.
-- Empty area or role: all. `body` is what is said of it; nothing (NULL) is said of what is gone.
-- `feed` has one row: which feed this is, and the last number. A restored database begins another feed.
CREATE TABLE feed (
    name   TEXT PRIMARY KEY,
    epoch  TEXT NOT NULL,
    last   INTEGER NOT NULL
) STRICT;

CREATE TABLE feed_change (
    kind  TEXT NOT NULL,
    id    TEXT NOT NULL,
    area  TEXT NOT NULL,
    role  TEXT NOT NULL,
    seq   INTEGER NOT NULL,
    body  TEXT,
    PRIMARY KEY (kind, id, area, role)
) STRICT;

CREATE UNIQUE INDEX feed_change_by_seq ON feed_change (seq);
