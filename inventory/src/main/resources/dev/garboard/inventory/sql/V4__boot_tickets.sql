-- What makes a boot session somebody's; no API shows it. digest: SHA-256 of the ticket, which itself is stored nowhere.
-- address: who alone may have it; node_key: SHA-256 of the public key that the boot was bound to when the ticket was used.
CREATE TABLE boot_ticket (
    session    TEXT   PRIMARY KEY,
    digest     TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    voided_by  TEXT,
    node_key   TEXT
);
