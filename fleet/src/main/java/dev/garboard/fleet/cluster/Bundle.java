package dev.garboard.fleet.cluster;

import dev.garboard.kubernetes.KubernetesVersion;
import java.net.URI;

/**
 * A Kubernetes bundle that nodes can fetch.
 *
 * @param name by which it was imported
 * @param url where its files lie, without a slash at the end
 * @param manifestSha256 of its manifest, 64 hex digits
 * @param size of its image in bytes
 */
public record Bundle(String name, KubernetesVersion version, URI url, String manifestSha256, long size) {}
