-- Who comes by the office's OpenID provider. A subject is kept as a keyed hash: it may be the number of an identity card.
CREATE TABLE oidc_link (
    issuer   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    user_id  TEXT NOT NULL REFERENCES app_user (id),
    made_at  INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;
CREATE UNIQUE INDEX oidc_link_by_user ON oidc_link (user_id, issuer);

-- A login that went to the provider and is not back yet: taken once, by the browser that began it.
CREATE TABLE oidc_login (
    hash        TEXT PRIMARY KEY,
    browser     TEXT NOT NULL,
    sealed      BLOB NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX oidc_login_by_end ON oidc_login (expires_at);

-- Somebody whom the provider knows, and who has still to show the second factor here.
CREATE TABLE oidc_waiting (
    hash        TEXT PRIMARY KEY,
    user_id     TEXT NOT NULL REFERENCES app_user (id),
    goes_to     TEXT NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX oidc_waiting_by_end ON oidc_waiting (expires_at);

-- Nothing: begun by a password. 1: the provider says that a second factor was shown there; 0: it does not.
ALTER TABLE login_session ADD COLUMN by_provider INTEGER;
