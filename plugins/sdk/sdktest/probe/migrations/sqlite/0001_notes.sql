CREATE TABLE notes (
    id text NOT NULL PRIMARY KEY,
    network_id text NOT NULL,
    region_id text NOT NULL,
    space_id text NOT NULL,
    person_id text NOT NULL,
    text text NOT NULL,
    created_at datetime NOT NULL
);
CREATE INDEX notes_network ON notes (network_id, created_at, id);
CREATE INDEX notes_region ON notes (region_id, created_at, id);
CREATE INDEX notes_space ON notes (space_id, created_at, id);
CREATE TABLE heard (id text NOT NULL);
