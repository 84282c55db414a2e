-- What people configure: rules, whitelists, sources, connections, settings.

CREATE TABLE rule_state (
    tenant  TEXT    NOT NULL,
    rule    TEXT    NOT NULL,
    enabled INTEGER NOT NULL,
    testing INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (tenant, rule)
) STRICT, WITHOUT ROWID;

CREATE TABLE custom_rule (
    tenant  TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    text    TEXT    NOT NULL,
    author  TEXT    NOT NULL,
    changed INTEGER NOT NULL,
    -- The newest version may say that the rule was deleted; its history stays.
    deleted INTEGER NOT NULL,
    PRIMARY KEY (tenant, id, version)
) STRICT;

CREATE TABLE response_rule (
    tenant   TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    title    TEXT    NOT NULL,
    enabled  INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    changed  INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE whitelist (
    tenant   TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    scope    TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    created  INTEGER NOT NULL,
    hits     INTEGER NOT NULL DEFAULT 0,
    last_hit INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE setting (
    tenant  TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    value   TEXT    NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE connection (
    tenant        TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    provider      TEXT    NOT NULL,
    title         TEXT    NOT NULL,
    account       TEXT    NOT NULL,
    endpoint      TEXT,
    access_key_id TEXT    NOT NULL,
    config        TEXT    NOT NULL,
    created       INTEGER NOT NULL,
    changed       INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

-- Apart from what lists read. `sealing` names how `sealed` was sealed.
CREATE TABLE connection_secret (
    tenant     TEXT NOT NULL,
    connection TEXT NOT NULL,
    sealing    TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    PRIMARY KEY (tenant, connection),
    FOREIGN KEY (tenant, connection) REFERENCES connection (tenant, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE source (
    tenant             TEXT    NOT NULL,
    id                 TEXT    NOT NULL,
    product            TEXT    NOT NULL,
    title              TEXT    NOT NULL,
    connection         TEXT,
    account            TEXT,
    config             TEXT    NOT NULL,
    utc_offset_minutes INTEGER NOT NULL,
    enabled            INTEGER NOT NULL,
    created            INTEGER NOT NULL,
    last_seen          INTEGER,
    last_error         TEXT,
    last_error_at      INTEGER,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, connection) REFERENCES connection (tenant, id)
) STRICT;
CREATE INDEX source_connection ON source (tenant, connection);

CREATE TABLE source_checkpoint (
    tenant  TEXT    NOT NULL,
    source  TEXT    NOT NULL,
    shard   TEXT    NOT NULL,
    cursor  TEXT    NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (tenant, source, shard),
    FOREIGN KEY (tenant, source) REFERENCES source (tenant, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
