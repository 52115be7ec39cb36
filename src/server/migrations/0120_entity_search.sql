-- What entities are found by: what they are called, where they are, and how that sounds. Written with each version; a row that is missing, or of another
-- version, is written at the next start, so that the table can be emptied.
CREATE TABLE entity_search (
    list     TEXT NOT NULL,
    id       TEXT NOT NULL,
    version  INTEGER NOT NULL,
    text     TEXT NOT NULL,
    PRIMARY KEY (list, id)
) STRICT;
