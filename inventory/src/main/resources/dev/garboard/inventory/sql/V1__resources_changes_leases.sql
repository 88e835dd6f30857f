-- One row: the newest revision, and the newest one whose change is no longer kept.
CREATE TABLE revision_counter (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    revision  BIGINT NOT NULL CHECK (revision >= 0),
    compacted BIGINT NOT NULL CHECK (compacted >= 0 AND compacted <= revision)
);
INSERT INTO revision_counter (id, revision, compacted) VALUES (1, 0, 0);

-- body: the resource as JSON, metadata included.
CREATE TABLE resource (
    kind     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    revision BIGINT NOT NULL CHECK (revision > 0),
    body     TEXT   NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE TABLE change_log (
    revision BIGINT PRIMARY KEY CHECK (revision > 0),
    kind     TEXT   NOT NULL,
    type     TEXT   NOT NULL CHECK (type IN ('ADDED', 'MODIFIED', 'DELETED')),
    body     TEXT   NOT NULL
);
CREATE INDEX change_log_by_kind ON change_log (kind, revision);

-- Times are milliseconds since 1970.
CREATE TABLE lease (
    address    TEXT   PRIMARY KEY,
    mac        TEXT   NOT NULL,
    client_id  TEXT,
    subnet     TEXT   NOT NULL,
    start_at   BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    generation BIGINT NOT NULL CHECK (generation > 0),
    revision   BIGINT NOT NULL CHECK (revision > 0)
);
CREATE INDEX lease_by_expiry ON lease (expires_at);
