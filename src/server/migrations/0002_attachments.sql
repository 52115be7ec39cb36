-- What lies in the folder `attachments` (or wherever else they are kept), by the SHA-256 of its bytes in lowercase hex.
CREATE TABLE attachment (
    hash         TEXT PRIMARY KEY,
    size         INTEGER NOT NULL,
    received_at  INTEGER NOT NULL
) STRICT;

-- One row: the number of the last migration that a program must know to use this database.
-- A migration that an older program could not live with raises it; one that only adds does not.
CREATE TABLE compatibility (
    oldest  INTEGER PRIMARY KEY
) STRICT;
INSERT INTO compatibility (oldest) VALUES (1);
