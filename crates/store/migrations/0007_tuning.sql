-- What people change again and again: who edits an old version is told so.

ALTER TABLE whitelist ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- Set while it is kept but hides nothing.
ALTER TABLE whitelist ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE setting ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
