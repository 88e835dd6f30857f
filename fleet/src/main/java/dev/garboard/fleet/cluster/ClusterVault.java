package dev.garboard.fleet.cluster;

import dev.garboard.inventory.ClusterSpec;
import dev.garboard.inventory.ClusterStatus;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.SealedSecrets;
import dev.garboard.kubernetes.pki.ClusterKeys;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The keys of clusters: made once in a cluster's life, stored sealed, opened in memory. */
final class ClusterVault {

    private static final String NAME = "keys";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final SealedSecrets secrets;
    private final Path keyFile;
    private final InstantSource clock;
    private final Map<String, ClusterKeys> opened = new ConcurrentHashMap<>();

    /** The key file is made when the first keys are; a site without clusters has none. */
    ClusterVault(SealedSecrets secrets, Path keyFile, InstantSource clock) {
        this.secrets = secrets;
        this.keyFile = keyFile;
        this.clock = clock;
    }

    /**
     * The keys of a cluster. Those of a cluster that nobody founded yet are made when there are none.
     *
     * @throws SealingException when the keys of a living cluster are lost or cannot be opened: new ones would be of no use to it
     */
    ClusterKeys of(Resource<ClusterSpec, ClusterStatus> cluster) {
        return opened.computeIfAbsent(cluster.metadata().uid(), uid -> open(cluster, uid));
    }

    private ClusterKeys open(Resource<ClusterSpec, ClusterStatus> cluster, String uid) {
        var seal = SealingKey.open(keyFile);
        var sealed = cluster.status().bootstrapped()
                ? secrets.get(uid, NAME)
                        .orElseThrow(() -> new SealingException("the keys of cluster " + cluster.name()
                                + " are not in the database any more; restore the database from a backup"))
                : secrets.putIfAbsent(uid, NAME, () -> make(seal, cluster.name(), uid));
        return ClusterKeys.ofPem(
                JSON.readValue(seal.open(sealed, uid), new TypeReference<TreeMap<String, String>>() {}));
    }

    private String make(SealingKey seal, String cluster, String uid) {
        return seal.seal(
                JSON.writeValueAsString(
                        ClusterKeys.create(cluster, clock.instant()).pem()),
                uid);
    }

    /** The cluster was deleted, and its keys with it. */
    void forget(String uid) {
        opened.remove(uid);
        secrets.delete(uid);
    }
}
