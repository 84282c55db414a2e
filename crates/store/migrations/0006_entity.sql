-- What is known of an entity over time: its roles, its days, and who calls it malicious; and the score of events.

ALTER TABLE event ADD COLUMN score INTEGER NOT NULL DEFAULT 0;
UPDATE event SET score = (level - 1) * 20;
CREATE INDEX event_by_score ON event (tenant, score, last_time, id) WHERE merged_into IS NULL;

-- Alerts that mention it in each role.
ALTER TABLE entity ADD COLUMN attacker_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entity ADD COLUMN victim_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entity ADD COLUMN artefact_count INTEGER NOT NULL DEFAULT 0;
UPDATE entity SET attacker_count = c.attacker, victim_count = c.victim, artefact_count = c.artefact FROM
    (SELECT tenant, kind, value, sum(role = 'attacker') AS attacker, sum(role = 'victim') AS victim,
        sum(role = 'artefact') AS artefact FROM alert_entity GROUP BY tenant, kind, value) AS c
    WHERE entity.tenant = c.tenant AND entity.kind = c.kind AND entity.value = c.value;

-- Days first: what a batch writes lies together, and old days go as one range. `hours` has a bit for each hour (UTC).
CREATE TABLE entity_day (
    tenant TEXT    NOT NULL,
    day    INTEGER NOT NULL,
    kind   TEXT    NOT NULL,
    value  TEXT    NOT NULL,
    alerts INTEGER NOT NULL,
    hours  INTEGER NOT NULL,
    PRIMARY KEY (tenant, day, kind, value)
) STRICT, WITHOUT ROWID;
INSERT INTO entity_day (tenant, day, kind, value, alerts, hours)
    SELECT x.tenant, a.time / 86400000, x.kind, x.value, count(DISTINCT x.alert),
        sum(DISTINCT 1 << (a.time / 3600000 % 24))
    FROM alert_entity x JOIN alert a ON a.tenant = x.tenant AND a.id = x.alert WHERE a.time >= 0
    GROUP BY x.tenant, a.time / 86400000, x.kind, x.value;

-- What the share of an entity is a share of.
CREATE TABLE alert_day (
    tenant TEXT    NOT NULL,
    day    INTEGER NOT NULL,
    alerts INTEGER NOT NULL,
    PRIMARY KEY (tenant, day)
) STRICT, WITHOUT ROWID;
INSERT INTO alert_day (tenant, day, alerts)
    SELECT tenant, time / 86400000, count(*) FROM alert WHERE time >= 0 GROUP BY tenant, time / 86400000;

-- Who says that an entity is malicious, since when and why; `removed_at` is 0 while it holds. One row for each who says so.
CREATE TABLE entity_tag (
    tenant         TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    value          TEXT    NOT NULL,
    tag            TEXT    NOT NULL,
    set_by         TEXT    NOT NULL,
    reference      TEXT    NOT NULL,
    removed_at     INTEGER NOT NULL DEFAULT 0,
    at             INTEGER NOT NULL,
    reason         TEXT    NOT NULL,
    removed_by     TEXT,
    removed_reason TEXT,
    PRIMARY KEY (tenant, kind, value, tag, set_by, reference, removed_at)
) STRICT, WITHOUT ROWID;
