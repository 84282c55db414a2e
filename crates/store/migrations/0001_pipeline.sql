-- What the pipeline writes in its one transaction: position, counters, alerts, events.
-- Times are milliseconds since the epoch, days are days since the epoch (UTC), ids are their text.

CREATE TABLE pipeline (
    tenant    TEXT    NOT NULL PRIMARY KEY,
    position  INTEGER NOT NULL,
    committed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pipeline_snapshot (
    tenant   TEXT    NOT NULL,
    position INTEGER NOT NULL,
    taken    INTEGER NOT NULL,
    state    BLOB    NOT NULL,
    PRIMARY KEY (tenant, position)
) STRICT;

-- The answer to a journalled action, for whoever asked for it.
CREATE TABLE action_result (
    tenant TEXT    NOT NULL,
    action TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    result TEXT    NOT NULL,
    PRIMARY KEY (tenant, action)
) STRICT, WITHOUT ROWID;
CREATE INDEX action_result_at ON action_result (tenant, at);

-- Record ids of the last days. 16 bytes, not text: this is by far the longest table. `position` is the one
-- committed with the record: inputs that are run again after a crash tell their own records from repeats by it.
CREATE TABLE record_seen (
    tenant   TEXT    NOT NULL,
    record   BLOB    NOT NULL,
    day      INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (tenant, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_seen_day ON record_seen (tenant, day);

CREATE TABLE source_day (
    tenant      TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    day         INTEGER NOT NULL,
    received    INTEGER NOT NULL,
    stored      INTEGER NOT NULL,
    duplicate   INTEGER NOT NULL,
    rejected    INTEGER NOT NULL,
    dead_letter INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    PRIMARY KEY (tenant, source, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE client_day (
    tenant   TEXT    NOT NULL,
    client   TEXT    NOT NULL,
    day      INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    refusals INTEGER NOT NULL,
    PRIMARY KEY (tenant, client, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_day_day ON client_day (tenant, day);

CREATE TABLE dead_letter (
    id          INTEGER NOT NULL PRIMARY KEY,
    tenant      TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    received    INTEGER NOT NULL,
    reason      TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    byte_offset INTEGER,
    raw         BLOB    NOT NULL,
    raw_length  INTEGER NOT NULL
) STRICT;
CREATE INDEX dead_letter_source ON dead_letter (tenant, source, id);

CREATE TABLE alert (
    tenant    TEXT    NOT NULL,
    id        TEXT    NOT NULL,
    time      INTEGER NOT NULL,
    -- When it was stored: retention goes by this, so a log's own idea of time can neither keep nor delete.
    stored    INTEGER NOT NULL,
    rule      TEXT    NOT NULL,
    origin    TEXT    NOT NULL,
    side      TEXT    NOT NULL,
    level     INTEGER NOT NULL,
    category  TEXT    NOT NULL,
    title_en  TEXT    NOT NULL,
    title_zh  TEXT    NOT NULL,
    tactics   TEXT    NOT NULL,
    accounts  TEXT    NOT NULL,
    -- Why it is in no event, and the whitelist that says so.
    no_event  TEXT,
    whitelist TEXT,
    -- The alert as JSON without its evidence, which lists leave unread.
    body      TEXT    NOT NULL,
    evidence  TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX alert_time ON alert (tenant, time, id);
CREATE INDEX alert_rule ON alert (tenant, rule, time, id);
CREATE INDEX alert_origin ON alert (tenant, origin, time, id);
CREATE INDEX alert_stored ON alert (tenant, stored);

CREATE TABLE alert_product (
    tenant  TEXT    NOT NULL,
    product TEXT    NOT NULL,
    time    INTEGER NOT NULL,
    alert   TEXT    NOT NULL,
    PRIMARY KEY (tenant, product, time, alert)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_entity (
    tenant    TEXT    NOT NULL,
    alert     TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    value     TEXT    NOT NULL,
    role      TEXT    NOT NULL,
    malicious INTEGER NOT NULL,
    PRIMARY KEY (tenant, alert, kind, value, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_entity_value ON alert_entity (tenant, value, kind, alert);

CREATE TABLE entity (
    tenant      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    value       TEXT    NOT NULL,
    malicious   INTEGER NOT NULL,
    alert_count INTEGER NOT NULL,
    first_time  INTEGER NOT NULL,
    last_time   INTEGER NOT NULL,
    PRIMARY KEY (tenant, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX entity_recent ON entity (tenant, last_time, kind, value);

CREATE TABLE event (
    tenant          TEXT    NOT NULL,
    id              TEXT    NOT NULL,
    level           INTEGER NOT NULL,
    -- An analyst chose the level: the machine no longer changes it.
    level_chosen    INTEGER NOT NULL DEFAULT 0,
    status          TEXT    NOT NULL,
    owner           TEXT,
    side            TEXT    NOT NULL,
    method          TEXT    NOT NULL,
    first_time      INTEGER NOT NULL,
    last_time       INTEGER NOT NULL,
    opened          INTEGER NOT NULL,
    last_activity   INTEGER NOT NULL,
    alert_count     INTEGER NOT NULL,
    raw_alert_count INTEGER NOT NULL,
    title_en        TEXT    NOT NULL,
    title_zh        TEXT    NOT NULL,
    merged_into     TEXT,
    -- The event as JSON without its entities.
    body            TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX event_by_level ON event (tenant, level, last_time, id) WHERE merged_into IS NULL;
CREATE INDEX event_by_time ON event (tenant, last_time, id) WHERE merged_into IS NULL;
CREATE INDEX event_by_activity ON event (tenant, last_activity, id) WHERE merged_into IS NULL;
CREATE INDEX event_by_status ON event (tenant, status, level) WHERE merged_into IS NULL;
CREATE INDEX event_continues ON event (tenant, json_extract(body, '$.continues'));

-- What events are filtered by, one row per value: product, provider, account, tactic, rule, tag.
CREATE TABLE event_label (
    tenant TEXT NOT NULL,
    kind   TEXT NOT NULL,
    value  TEXT NOT NULL,
    event  TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, value, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_label_event ON event_label (tenant, event, kind);

CREATE TABLE event_entity (
    tenant    TEXT    NOT NULL,
    event     TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    value     TEXT    NOT NULL,
    role      TEXT    NOT NULL,
    malicious INTEGER NOT NULL,
    place     INTEGER NOT NULL,
    PRIMARY KEY (tenant, event, kind, value, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_entity_value ON event_entity (tenant, value, kind, event);

CREATE TABLE membership (
    tenant      TEXT NOT NULL,
    alert       TEXT NOT NULL,
    event       TEXT NOT NULL,
    folded_into TEXT NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (tenant, alert)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_event ON membership (tenant, event, alert);

CREATE TABLE activity (
    id     INTEGER NOT NULL PRIMARY KEY,
    tenant TEXT    NOT NULL,
    event  TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    actor  TEXT    NOT NULL,
    kind   TEXT    NOT NULL,
    body   TEXT    NOT NULL
) STRICT;
CREATE INDEX activity_event ON activity (tenant, event, id);

-- What the response worker has yet to look at. One row per subject: a newer update of an event takes the place
-- of the older one under a new id, so that finishing the older one cannot finish the newer.
CREATE TABLE trigger_outbox (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    tenant     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    created    INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    error      TEXT,
    UNIQUE (tenant, kind, subject)
) STRICT;
