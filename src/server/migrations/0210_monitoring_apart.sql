-- Whom somebody said that a household is not: `person` is a keyed hash of an ID number, or of a name and a birthday, and nothing else of them is kept.
-- It outlives the list (`list_id`, `row`) in which it was said: `deed` is `apart` where a row was kept apart, `taken_back` where it was joined before.
CREATE TABLE monitoring_apart (
    case_id  TEXT NOT NULL,
    person   TEXT NOT NULL,
    deed     TEXT NOT NULL,
    list_id  TEXT NOT NULL,
    row      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    user_id  TEXT,
    PRIMARY KEY (case_id, person)
) STRICT;

CREATE INDEX monitoring_apart_by_person ON monitoring_apart (person);

-- What the file of a list was called where it came from.
ALTER TABLE monitoring_list ADD COLUMN file_name TEXT;
