package dev.garboard.inventory;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Where an image is. Several servers may share a database, and each has a store of images of its own.
 *
 * @param servers ids of the image stores that have it, sorted
 * @param conditions {@link #AVAILABLE} while no server has it; {@code Damaged-SERVER} and {@code Differs-SERVER} where a server's copy
 *     cannot be used
 */
public record ImageStatus(List<String> servers, List<Condition> conditions) {

    /** Whether a server can hand the image out. */
    public static final String AVAILABLE = "Available";

    public ImageStatus {
        servers = List.copyOf(servers);
        conditions = List.copyOf(conditions);
    }

    /** Of an image that no server has. */
    public static ImageStatus nowhere() {
        return new ImageStatus(List.of(), List.of());
    }

    /** Of an image that these servers have. */
    public static ImageStatus on(String... servers) {
        return new ImageStatus(List.of(servers), List.of());
    }

    public ImageStatus with(String server) {
        var all = new TreeSet<>(servers);
        all.add(server);
        return new ImageStatus(List.copyOf(all), conditions);
    }

    public ImageStatus without(String server) {
        return new ImageStatus(
                servers.stream().filter(other -> !other.equals(server)).toList(), conditions);
    }

    /** With a condition in place of the one of its type; one that says the same stays, with the time since when it is so. */
    public ImageStatus with(Condition condition) {
        for (var former : conditions) {
            if (former.type().equals(condition.type())
                    && former.status().equals(condition.status())
                    && former.reason().equals(condition.reason())
                    && former.message().equals(condition.message())) {
                return this;
            }
        }
        var all = new ArrayList<>(withoutCondition(condition.type()).conditions());
        all.add(condition);
        return new ImageStatus(servers, all);
    }

    public ImageStatus withoutCondition(String type) {
        return new ImageStatus(
                servers,
                conditions.stream()
                        .filter(condition -> !condition.type().equals(type))
                        .toList());
    }
}
