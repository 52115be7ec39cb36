-- Who sent the first part of an instance, and the submission that an administrator had made of what was here of it while files were missing.
ALTER TABLE openrosa_instance ADD COLUMN device_id TEXT;
ALTER TABLE openrosa_instance ADD COLUMN user_id TEXT;
ALTER TABLE openrosa_instance ADD COLUMN area TEXT;
ALTER TABLE openrosa_instance ADD COLUMN released_id TEXT;
ALTER TABLE openrosa_instance ADD COLUMN released_at INTEGER;
