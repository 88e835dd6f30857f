package dev.garboard.nodeconfig.merge;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Layers that contradict each other, and nothing stronger decides: different values from layers of equal priority, or an object, a list and a value for one place. What the merge has there is then
 * the strongest claim, of equal ones that of the first layer by name; who has a former state keeps that.
 *
 * @param path of the place, for example {@code spec.servers}
 * @param claims of the layers that contradict each other, strongest first; at least two
 */
public record Conflict(DocumentId document, String path, List<Claim> claims) {

    public Conflict {
        claims = List.copyOf(claims);
    }

    /** For example {@code Resolver/default spec.servers: NodeConfig/a says ["192.0.2.1"], NodeConfig/b says ["192.0.2.2"]}. */
    @Override
    public String toString() {
        return document + " " + path + ": "
                + claims.stream().map(Claim::toString).collect(Collectors.joining(", "));
    }
}
