package dev.garboard.inventory;

/**
 * The state of a cluster's etcd in a file.
 *
 * @param file on the server that took it
 * @param sha256 64 hex digits
 */
public record ClusterSnapshot(String file, String sha256, long bytes) {}
