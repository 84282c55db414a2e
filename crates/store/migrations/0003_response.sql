-- Playbooks and what they did: runs, steps, policies, tasks, leases.

CREATE TABLE playbook (
    tenant  TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    state   TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    text    TEXT    NOT NULL,
    digest  TEXT    NOT NULL,
    author  TEXT    NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (tenant, id, version)
) STRICT;
-- At most one version runs, at most one is being written.
CREATE UNIQUE INDEX playbook_published ON playbook (tenant, id) WHERE state = 'published';
CREATE UNIQUE INDEX playbook_draft ON playbook (tenant, id) WHERE state = 'draft';

CREATE TABLE run (
    tenant           TEXT    NOT NULL,
    id               TEXT    NOT NULL,
    playbook         TEXT    NOT NULL,
    playbook_version INTEGER NOT NULL,
    trigger_source   TEXT    NOT NULL,
    rule             TEXT,
    event            TEXT,
    entity_kind      TEXT,
    entity_value     TEXT,
    state            TEXT    NOT NULL,
    next_step        TEXT,
    variables        TEXT    NOT NULL,
    started          INTEGER NOT NULL,
    deadline         INTEGER NOT NULL,
    finished         INTEGER,
    error            TEXT,
    leased_by        TEXT,
    leased_until     INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX run_unfinished ON run (tenant, started, id) WHERE state = 'running';
CREATE INDEX run_recent ON run (tenant, started, id);
CREATE INDEX run_event ON run (tenant, event, started);

CREATE TABLE step_attempt (
    tenant          TEXT    NOT NULL,
    run             TEXT    NOT NULL,
    step            TEXT    NOT NULL,
    branch          INTEGER NOT NULL,
    attempt         INTEGER NOT NULL,
    state           TEXT    NOT NULL,
    input           TEXT    NOT NULL,
    output          TEXT    NOT NULL,
    error           TEXT,
    idempotency_key TEXT    NOT NULL,
    started         INTEGER NOT NULL,
    finished        INTEGER,
    PRIMARY KEY (tenant, run, step, branch, attempt),
    FOREIGN KEY (tenant, run) REFERENCES run (tenant, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE policy (
    tenant       TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    run          TEXT    NOT NULL,
    playbook     TEXT    NOT NULL,
    entity_kind  TEXT    NOT NULL,
    entity_value TEXT    NOT NULL,
    operation    TEXT    NOT NULL,
    scope        TEXT    NOT NULL,
    valid_from   INTEGER NOT NULL,
    valid_until  INTEGER NOT NULL,
    source       TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    origin_event TEXT,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX policy_recent ON policy (tenant, valid_from, id);
CREATE INDEX policy_event ON policy (tenant, origin_event);
CREATE INDEX policy_entity ON policy (tenant, entity_value, entity_kind);
CREATE INDEX policy_run ON policy (tenant, run);

CREATE TABLE lease (
    tenant        TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    system        TEXT    NOT NULL,
    connection    TEXT    NOT NULL,
    account       TEXT    NOT NULL,
    instance      TEXT    NOT NULL,
    entity_kind   TEXT    NOT NULL,
    entity_value  TEXT    NOT NULL,
    remote_id     TEXT,
    state         TEXT    NOT NULL,
    drift         INTEGER NOT NULL,
    last_verified INTEGER,
    attempts      INTEGER NOT NULL,
    retry_at      INTEGER,
    last_error    TEXT,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX lease_entity ON lease (tenant, entity_value, entity_kind);
CREATE INDEX lease_unsettled ON lease (tenant, state) WHERE state <> 'released';

CREATE TABLE lease_reason (
    tenant     TEXT    NOT NULL,
    lease      TEXT    NOT NULL,
    policy     TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER,
    ended_by   TEXT,
    PRIMARY KEY (tenant, lease, policy),
    FOREIGN KEY (tenant, lease) REFERENCES lease (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lease_reason_living ON lease_reason (tenant, expires_at, lease) WHERE ended_at IS NULL;

CREATE TABLE task (
    tenant        TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    policy        TEXT    NOT NULL,
    connection    TEXT    NOT NULL,
    account       TEXT    NOT NULL,
    instance      TEXT    NOT NULL,
    lease         TEXT    NOT NULL,
    operation     TEXT    NOT NULL,
    status        TEXT    NOT NULL,
    detail        TEXT    NOT NULL,
    remote_id     TEXT,
    attempts      INTEGER NOT NULL,
    last_verified INTEGER,
    created       INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, policy) REFERENCES policy (tenant, id)
) STRICT;
CREATE INDEX task_recent ON task (tenant, created, id);
CREATE INDEX task_policy ON task (tenant, policy);
CREATE INDEX task_lease ON task (tenant, lease);

CREATE TABLE never_block (
    tenant  TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    -- A CIDR range, or an entity of another kind than an address.
    kind    TEXT    NOT NULL,
    value   TEXT    NOT NULL,
    reason  TEXT    NOT NULL,
    author  TEXT    NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, kind, value)
) STRICT;

CREATE TABLE approval (
    tenant     TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    step       TEXT    NOT NULL,
    asked      INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_at INTEGER,
    decided_by TEXT,
    decision   TEXT,
    PRIMARY KEY (tenant, run, step),
    FOREIGN KEY (tenant, run) REFERENCES run (tenant, id) ON DELETE CASCADE
) STRICT;

-- What automatic actions were aimed at, by response rule: counted by the circuit breaker and the silence window.
CREATE TABLE breaker_target (
    tenant  TEXT    NOT NULL,
    breaker TEXT    NOT NULL,
    target  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (tenant, breaker, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX breaker_target_at ON breaker_target (tenant, breaker, at);
