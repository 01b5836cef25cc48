-- The tables that the SDK keeps in the database of every module.

-- What the module recorded and the host has not yet acknowledged.
CREATE TABLE sdk_outbox (
    id text NOT NULL PRIMARY KEY,
    type text NOT NULL,
    subject text NOT NULL,
    network_id text NOT NULL,
    region_id text NOT NULL,
    space_id text NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    data bytea NOT NULL
);

-- The events that were dealt with, so that a repetition is recognised.
CREATE TABLE sdk_inbox (
    source text NOT NULL,
    id text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (source, id)
);
CREATE INDEX sdk_inbox_at ON sdk_inbox (at);

-- People whose rows no list shows.
CREATE TABLE sdk_suspended (
    person_id text NOT NULL PRIMARY KEY,
    since timestamptz NOT NULL
);

-- The answers to requests that carried an Idempotency-Key.
CREATE TABLE idempotency_records (
    operation text NOT NULL,
    principal text NOT NULL,
    key_hash text NOT NULL,
    request_hash text NOT NULL,
    status integer NOT NULL,
    header text NOT NULL DEFAULT '',
    body bytea,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (operation, principal, key_hash)
);
CREATE INDEX idempotency_records_created_at ON idempotency_records (created_at);
