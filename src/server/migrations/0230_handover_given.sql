-- Whose draft it was that is handed over: a kiosk's is nobody's, a colleague's may be fetched by whoever of the staff was shown its code.
-- A row that somebody fetched stays for a month without its bytes, since the device that gave it away asks what became of it.
ALTER TABLE handover ADD COLUMN given_by TEXT;
