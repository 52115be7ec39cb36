-- What came by OpenRosa: an instance by the id that its own program gave it, and which submission it is here.
CREATE TABLE openrosa_instance (
    instance_id    TEXT PRIMARY KEY,
    submission_id  TEXT NOT NULL,
    form_hash      TEXT NOT NULL REFERENCES form_version (hash),
    xml_hash       TEXT NOT NULL,
    -- Until the submission holds it.
    xml            BLOB,
    supersedes     TEXT,
    received_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX openrosa_instance_waiting ON openrosa_instance (received_at) WHERE xml IS NOT NULL;

-- The files of an instance that have come, by the names that its answers give them.
CREATE TABLE openrosa_file (
    instance_id  TEXT NOT NULL REFERENCES openrosa_instance (instance_id),
    name         TEXT NOT NULL,
    hash         TEXT NOT NULL REFERENCES attachment (hash),
    size         INTEGER NOT NULL,
    media_type   TEXT NOT NULL,
    PRIMARY KEY (instance_id, name)
) STRICT;
