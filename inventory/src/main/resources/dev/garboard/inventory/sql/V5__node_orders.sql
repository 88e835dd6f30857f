-- What nodes are ordered to do once. An order is repeated until its node says that it is over: outcome and closed_at are null until then.
-- etcd_token, ca_sha256: the cluster that is left, as the node can tell it; kept here, since the cluster may be gone before the node is back.
CREATE TABLE node_order (
    id         TEXT NOT NULL PRIMARY KEY,
    machine    TEXT NOT NULL,
    cluster    TEXT NOT NULL,
    etcd_token TEXT NOT NULL,
    ca_sha256  TEXT NOT NULL,
    issued_at  TEXT NOT NULL,
    outcome    TEXT,
    closed_at  TEXT
);

CREATE UNIQUE INDEX node_order_open ON node_order (machine, etcd_token) WHERE outcome IS NULL;
