-- Entities that phones are still to be told of: marked in the transaction that changes them.
CREATE TABLE entity_untold (
    list  TEXT NOT NULL,
    id    TEXT NOT NULL,
    PRIMARY KEY (list, id)
) STRICT;

INSERT INTO entity_untold (list, id) SELECT list, id FROM entity;

-- What the office did by itself: brought a list in, or put right what contradicted itself. It follows from no submission.
-- `id` stands in `entity_version.submission_id` of the versions that it made.
CREATE TABLE entity_office (
    id       TEXT PRIMARY KEY,
    list     TEXT NOT NULL,
    deed     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    user_id  TEXT
) STRICT;

-- Up to which version somebody has looked at what contradicts itself.
CREATE TABLE entity_settled (
    list     TEXT NOT NULL,
    id       TEXT NOT NULL,
    version  INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    user_id  TEXT,
    PRIMARY KEY (list, id, version)
) STRICT;

CREATE INDEX entity_refused_by_entity ON entity_refused (list, id);
CREATE INDEX entity_by_conflict ON entity (conflict, id);
