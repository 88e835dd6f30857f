package dev.garboard.server;

import dev.garboard.inventory.InvalidResourceException;
import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.ResourceJson;
import dev.garboard.inventory.ResourceStore;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Creates the configuration's first resources in a database that has none of their kind. From then on the database counts. */
final class Seeds {

    private static final Logger log = LoggerFactory.getLogger(Seeds.class);

    private Seeds() {}

    static void apply(Config.Seed seed, ResourceStore store) {
        apply("seed.subnets", Kinds.SUBNET, seed.subnets(), store);
        apply("seed.enrollment-rules", Kinds.ENROLLMENT_RULE, seed.enrollmentRules(), store);
    }

    private static <S extends Record, T extends Record> void apply(
            String key, Kind<S, T> kind, List<JsonNode> seeds, ResourceStore store) {
        if (seeds.isEmpty() || !store.list(kind).items().isEmpty()) {
            return;
        }
        int index = 0;
        for (var seed : seeds) {
            var where = key + "[" + index++ + "]";
            if (!(seed instanceof ObjectNode tree)) {
                throw new ConfigException(where + " is " + seed + "; expected metadata and spec");
            }
            try {
                var whole = tree.deepCopy();
                whole.put("apiVersion", Kind.GROUP + "/" + Kind.VERSION).put("kind", kind.name());
                var created = store.create(ResourceJson.read(kind, whole));
                log.atInfo().addKeyValue("name", created.name()).log("{} created from the configuration", kind.name());
            } catch (InvalidResourceException invalid) {
                throw new ConfigException(where + ": " + invalid.getMessage());
            }
        }
    }
}
