-- Finds the sessions of a machine in their order; the sessions themselves are resources.
CREATE TABLE boot_session (
    id         TEXT   PRIMARY KEY,
    mac        TEXT   NOT NULL,
    started_at BIGINT NOT NULL
);
CREATE INDEX boot_session_by_mac ON boot_session (mac, started_at);
