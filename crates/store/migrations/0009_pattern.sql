-- Which alerts an expert pattern ties, as their memberships say: what a pattern did, and which hold in an event. Kept
-- by triggers, because memberships come, change and go in several places, and these rows are nothing but them.

CREATE TABLE pattern_link (
    tenant  TEXT    NOT NULL,
    -- The alert whose membership says so, and the one it is tied to.
    alert   TEXT    NOT NULL,
    pattern TEXT    NOT NULL,
    other   TEXT    NOT NULL,
    -- The step that the later one of both takes, from 1.
    step    INTEGER NOT NULL,
    PRIMARY KEY (tenant, alert, pattern, other, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX pattern_link_pattern ON pattern_link (tenant, pattern, alert);

-- The reason of a membership is a pair: what ties the alert, and a list of what else does.
CREATE VIEW membership_pattern AS
    SELECT m.tenant, m.alert, json_extract(m.reason, '$[0].pattern') AS pattern,
        json_extract(m.reason, '$[0].alert') AS other, json_extract(m.reason, '$[0].step') AS step
    FROM membership m WHERE json_extract(m.reason, '$[0].kind') = 'pattern'
    UNION ALL
    SELECT m.tenant, m.alert, json_extract(r.value, '$.pattern'), json_extract(r.value, '$.alert'),
        json_extract(r.value, '$.step')
    FROM membership m, json_each(m.reason, '$[1]') r WHERE json_extract(r.value, '$.kind') = 'pattern';

INSERT OR IGNORE INTO pattern_link (tenant, alert, pattern, other, step)
    SELECT DISTINCT tenant, alert, pattern, other, step FROM membership_pattern;

CREATE TRIGGER membership_came AFTER INSERT ON membership WHEN instr(NEW.reason, '"pattern"') > 0 BEGIN
    INSERT OR IGNORE INTO pattern_link (tenant, alert, pattern, other, step)
        SELECT DISTINCT tenant, alert, pattern, other, step FROM membership_pattern
        WHERE tenant = NEW.tenant AND alert = NEW.alert;
END;
CREATE TRIGGER membership_changed AFTER UPDATE OF reason ON membership
    WHEN instr(OLD.reason, '"pattern"') > 0 OR instr(NEW.reason, '"pattern"') > 0 BEGIN
    DELETE FROM pattern_link WHERE tenant = OLD.tenant AND alert = OLD.alert;
    INSERT OR IGNORE INTO pattern_link (tenant, alert, pattern, other, step)
        SELECT DISTINCT tenant, alert, pattern, other, step FROM membership_pattern
        WHERE tenant = NEW.tenant AND alert = NEW.alert;
END;
CREATE TRIGGER membership_went AFTER DELETE ON membership WHEN instr(OLD.reason, '"pattern"') > 0 BEGIN
    DELETE FROM pattern_link WHERE tenant = OLD.tenant AND alert = OLD.alert;
END;
