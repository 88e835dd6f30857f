-- What belongs to a resource and no API ever shows; body: sealed with a key that is not in this database, base64.
CREATE TABLE sealed_secret (
    owner TEXT NOT NULL,
    name  TEXT NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (owner, name)
);

-- The newest revision of each document of each node, and the SHA-256 of its content, so that a restart numbers nothing anew.
-- as_of: the global revision of the resources that the content was made from; who knows less may not number.
CREATE TABLE node_document (
    machine  TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    revision BIGINT NOT NULL CHECK (revision > 0),
    digest   TEXT   NOT NULL,
    as_of    BIGINT NOT NULL,
    PRIMARY KEY (machine, kind, name)
);
