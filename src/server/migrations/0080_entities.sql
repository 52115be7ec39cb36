-- Entities, as submissions made them. All of it follows from the submissions and can be built again: empty the four tables.
-- `entity` is what is known now; `entity_version` is what each submission said. `conflict`: 0 none, 1 other properties, 2 the same property.
CREATE TABLE entity (
    list        TEXT NOT NULL,
    id          TEXT NOT NULL,
    area        TEXT NOT NULL,
    version     INTEGER NOT NULL,
    label       TEXT NOT NULL,
    properties  TEXT NOT NULL,
    conflict    INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    PRIMARY KEY (list, id)
) STRICT;

CREATE INDEX entity_by_area ON entity (list, area);

CREATE TABLE entity_version (
    list           TEXT NOT NULL,
    id             TEXT NOT NULL,
    version        INTEGER NOT NULL,
    base           INTEGER,
    branch         TEXT,
    label          TEXT,
    given          TEXT NOT NULL,
    conflict       INTEGER NOT NULL,
    submission_id  TEXT NOT NULL,
    PRIMARY KEY (list, id, version)
) STRICT;

-- What a submission said that could not be applied, for somebody to look at.
CREATE TABLE entity_refused (
    submission_id  TEXT NOT NULL,
    place          INTEGER NOT NULL,
    list           TEXT NOT NULL,
    id             TEXT NOT NULL,
    reason         TEXT NOT NULL,
    PRIMARY KEY (submission_id, place)
) STRICT;

-- The submissions that were gone through, of forms that have entities.
CREATE TABLE entity_done (
    submission_id  TEXT PRIMARY KEY
) STRICT;
