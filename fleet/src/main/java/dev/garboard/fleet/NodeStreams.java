package dev.garboard.fleet;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The open streams, one for each machine. */
final class NodeStreams {

    private final Map<String, NodeStream> byMachine = new ConcurrentHashMap<>();

    Optional<NodeStream> of(String machine) {
        return Optional.ofNullable(byMachine.get(machine));
    }

    /** Whether the stream of that very boot is open. */
    boolean has(String machine, String session) {
        var stream = byMachine.get(machine);
        return stream != null && stream.session().equals(session);
    }

    /** Lists a stream and returns the one it replaces. */
    @Nullable
    NodeStream put(NodeStream stream) {
        return byMachine.put(stream.machine(), stream);
    }

    /** Whether the stream was still the machine's; a replaced one is not. */
    boolean remove(NodeStream stream) {
        return byMachine.remove(stream.machine(), stream);
    }

    Collection<NodeStream> all() {
        return List.copyOf(byMachine.values());
    }

    int size() {
        return byMachine.size();
    }
}
