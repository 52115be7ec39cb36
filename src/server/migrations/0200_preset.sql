-- What the office sets a device to when it hands it out: the language that it reads in, and of how many digits a PIN has to be at least.
-- Empty: as its user likes.
ALTER TABLE enrolment ADD COLUMN language TEXT;
ALTER TABLE enrolment ADD COLUMN pin_least INTEGER;
ALTER TABLE device ADD COLUMN language TEXT;
ALTER TABLE device ADD COLUMN pin_least INTEGER;
