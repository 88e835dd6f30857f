-- What each machine was last told to be, by its NodeConfigs and its own spec: it stays in force while they contradict each other.
-- configs_as_of, machine_as_of: the revisions of the NodeConfigs and of the machine that it was made from.
CREATE TABLE committed_config (
    machine_uid   TEXT   NOT NULL PRIMARY KEY,
    revision      BIGINT NOT NULL,
    digest        TEXT   NOT NULL,
    node_configs  TEXT   NOT NULL,
    documents     TEXT   NOT NULL,
    configs_as_of BIGINT NOT NULL,
    machine_as_of BIGINT NOT NULL
);
