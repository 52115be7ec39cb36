-- What entities are found by: what they are called, where they are, and how that sounds; and the case that they are about, as their property `case` has it.
-- Written with each version; a row that is missing, or of another version, is written at the next start, so that the table can be emptied.
CREATE TABLE entity_search (
    list     TEXT NOT NULL,
    id       TEXT NOT NULL,
    version  INTEGER NOT NULL,
    text     TEXT NOT NULL,
    about    TEXT NOT NULL,
    PRIMARY KEY (list, id)
) STRICT;

CREATE INDEX entity_search_by_about ON entity_search (about);

-- What an edit replaces is looked for from there.
CREATE INDEX openrosa_instance_by_supersedes ON openrosa_instance (supersedes);
