-- Why alerts belong together, and what people decided about it.

-- The reason of a membership is a pair from now on: what ties the alert to its event, and what else does. Two kinds
-- of reason name the alert that opened the event now.
UPDATE membership SET reason = json_insert(reason, '$.alert', folded_into)
    WHERE json_extract(reason, '$.kind') IN ('same_attacker', 'similar');
UPDATE membership SET reason = '[' || reason || ',[]]';

-- Events that an alert ties together and that were not merged.
CREATE TABLE event_related (
    tenant TEXT    NOT NULL,
    event  TEXT    NOT NULL,
    other  TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    -- Who says so; nobody if the correlator does.
    actor  TEXT,
    body   TEXT    NOT NULL,
    PRIMARY KEY (tenant, event, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_related_other ON event_related (tenant, other);

-- Alerts that an analyst took apart: their events are not merged until the row is gone.
CREATE TABLE do_not_link (
    tenant TEXT    NOT NULL,
    id     TEXT    NOT NULL,
    one    TEXT    NOT NULL,
    other  TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    actor  TEXT    NOT NULL,
    reason TEXT    NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX do_not_link_one ON do_not_link (tenant, one);
CREATE INDEX do_not_link_other ON do_not_link (tenant, other);
