-- Threat intelligence: feeds, and what they said about entities of alerts. Indicators themselves are files beside the database.

CREATE TABLE intel_feed (
    tenant     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    -- Where it is, how it is read, and how far it is trusted.
    config     TEXT    NOT NULL,
    enabled    INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    -- When somebody or the clock last asked for it, and what came of it.
    last_run   INTEGER,
    last_good  INTEGER,
    last_error TEXT,
    failures   INTEGER NOT NULL,
    -- What the feed wants to be told next time, such as an entity tag.
    cursor     TEXT,
    -- What was in it: counts and the first problems.
    report     TEXT    NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, name)
) STRICT;

-- Apart from what lists read, as with connections. `sealing` names how `sealed` was sealed.
CREATE TABLE intel_feed_secret (
    tenant  TEXT NOT NULL,
    feed    TEXT NOT NULL,
    sealing TEXT NOT NULL,
    sealed  BLOB NOT NULL,
    PRIMARY KEY (tenant, feed),
    FOREIGN KEY (tenant, feed) REFERENCES intel_feed (tenant, id) ON DELETE CASCADE
) STRICT;

-- Who said what about which entity. It outlives the feed: it says why an alert was judged as it was.
CREATE TABLE intel_match (
    tenant     TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    value      TEXT    NOT NULL,
    feed       TEXT    NOT NULL,
    indicator  TEXT    NOT NULL,
    names      TEXT    NOT NULL,
    confidence INTEGER NOT NULL,
    tags       INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    last       INTEGER NOT NULL,
    alerts     INTEGER NOT NULL,
    PRIMARY KEY (tenant, kind, value, feed, indicator)
) STRICT, WITHOUT ROWID;
CREATE INDEX intel_match_last ON intel_match (tenant, last);

-- Which entities of an alert were called malicious when its batch was committed. Inputs that are run again after a crash
-- take it from here instead of from feeds that have changed meanwhile. Gone once no kept snapshot lies before it.
CREATE TABLE intel_verdict (
    tenant   TEXT    NOT NULL,
    position INTEGER NOT NULL,
    alert    TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    value    TEXT    NOT NULL,
    PRIMARY KEY (tenant, position, alert, kind, value)
) STRICT, WITHOUT ROWID;
