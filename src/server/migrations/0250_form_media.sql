-- The pictures, sounds and films of forms, whose bytes lie with the attachments. Only what stands here is handed out as a form's: a hash alone opens no attachment of anybody's.
-- `md5` is for OpenRosa's manifests; `user_id` is null of what came from the folder.
CREATE TABLE form_media (
    hash        TEXT PRIMARY KEY,
    size        INTEGER NOT NULL,
    type        TEXT NOT NULL,
    md5         TEXT NOT NULL,
    user_id     TEXT,
    received_at INTEGER NOT NULL
) STRICT;

-- Why a version was refused, in the words of whoever refused it.
ALTER TABLE form_publication ADD COLUMN reason TEXT;
