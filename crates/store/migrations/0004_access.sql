-- Who may do what, and who did what.

CREATE TABLE user (
    tenant        TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    name          TEXT    NOT NULL COLLATE NOCASE,
    password_hash TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    disabled      INTEGER NOT NULL,
    created       INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, name)
) STRICT;

CREATE TABLE session (
    token_hash BLOB    NOT NULL PRIMARY KEY,
    tenant     TEXT    NOT NULL,
    user       TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    FOREIGN KEY (tenant, user) REFERENCES user (tenant, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX session_user ON session (tenant, user);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE setup_token (
    tenant     TEXT    NOT NULL PRIMARY KEY,
    token_hash BLOB    NOT NULL,
    created    INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
    tenant  TEXT    NOT NULL,
    actor   TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    -- Digest of method, path and body.
    digest  BLOB    NOT NULL,
    created INTEGER NOT NULL,
    -- The answer; absent while the first request is being worked on.
    status  INTEGER,
    body    BLOB,
    PRIMARY KEY (tenant, actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created);

CREATE TABLE audit (
    tenant    TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    prev_hash TEXT    NOT NULL,
    hash      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    actor     TEXT    NOT NULL,
    action    TEXT    NOT NULL,
    object    TEXT    NOT NULL,
    before    TEXT    NOT NULL,
    after     TEXT    NOT NULL,
    PRIMARY KEY (tenant, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_object ON audit (tenant, object, seq);
