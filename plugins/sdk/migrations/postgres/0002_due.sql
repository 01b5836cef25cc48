-- An event may wait for its hour.
ALTER TABLE sdk_outbox ADD COLUMN due_at timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00';
CREATE INDEX sdk_outbox_due_at ON sdk_outbox (due_at);
