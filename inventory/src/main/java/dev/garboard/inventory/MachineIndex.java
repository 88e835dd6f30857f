package dev.garboard.inventory;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All machines in memory, found by what they are recognised by. Never blocks on the database. */
public final class MachineIndex implements AutoCloseable {

    private static final String UUID = "uuid ";

    private final ResourceStore store;
    private final Map<String, Set<String>> namesByKey = new HashMap<>();
    private final ResourceMirror<MachineSpec, MachineStatus> machines;

    /** Reads all machines and follows their changes; blocks until the first reading is done. */
    public MachineIndex(ResourceStore store) {
        this.store = store;
        this.machines = ResourceMirror.start(store, Kinds.MACHINE, this::changed);
    }

    /** Which machine was seen. */
    public IdentityMatch match(MachineIdentity seen) {
        var candidates = new LinkedHashMap<String, Resource<MachineSpec, MachineStatus>>();
        for (var name : namesOf(seen)) {
            machines.get(name).ifPresent(machine -> candidates.put(name, machine));
        }
        return Identities.match(seen, candidates.values());
    }

    public Optional<Resource<MachineSpec, MachineStatus>> get(String name) {
        return machines.get(name);
    }

    public Collection<Resource<MachineSpec, MachineStatus>> all() {
        return machines.all();
    }

    /** The machines that are stored and cannot be read, as text by their names: each is somebody's, though nobody can tell what it says. */
    public Map<String, String> unreadable() {
        return store.unreadable(Kinds.MACHINE);
    }

    /** The machine that cannot be read and whose text has a MAC address, the UUID or a serial number of the one seen, if there is one. */
    public Optional<String> unreadable(MachineIdentity seen) {
        var values = Stream.concat(
                        seen.macs().stream(),
                        Stream.of(seen.uuid(), seen.systemSerial(), seen.boardSerial())
                                .flatMap(Stream::ofNullable))
                .toList();
        var swapped = seen.uuid() == null ? List.<String>of() : List.of(Identities.swapped(seen.uuid()));
        return unreadable().entrySet().stream()
                .filter(row -> Stream.concat(values.stream(), swapped.stream())
                        .anyMatch(value -> RawRow.mentions(row.getValue(), value)))
                .map(Map.Entry::getKey)
                .sorted()
                .findFirst();
    }

    /** Names of the machines that have any of this. */
    public Set<String> sharing(MachineIdentity identity) {
        return namesOf(identity);
    }

    /** What other machines have too, in words ({@code uuid 4c4c…}, {@code MAC address 52:54:…}), with their names. */
    public synchronized SortedMap<String, List<String>> sharedBy(Resource<MachineSpec, MachineStatus> machine) {
        var shared = new TreeMap<String, List<String>>();
        keys(machine).distinct().forEach(key -> {
            var others = new TreeSet<>(namesByKey.getOrDefault(key, Set.of()));
            if (key.startsWith(UUID)) {
                others.addAll(
                        namesByKey.getOrDefault(UUID + Identities.swapped(key.substring(UUID.length())), Set.of()));
            }
            others.remove(machine.name());
            if (!others.isEmpty()) {
                shared.put(key, List.copyOf(others));
            }
        });
        return shared;
    }

    private synchronized Set<String> namesOf(MachineIdentity seen) {
        var names = new TreeSet<String>();
        keys(seen).forEach(key -> names.addAll(namesByKey.getOrDefault(key, Set.of())));
        if (seen.uuid() != null) {
            names.addAll(namesByKey.getOrDefault(UUID + Identities.swapped(seen.uuid()), Set.of()));
        }
        return names;
    }

    private synchronized void changed(
            @Nullable Resource<MachineSpec, MachineStatus> before,
            @Nullable Resource<MachineSpec, MachineStatus> after) {
        if (before != null) {
            keys(before).forEach(key -> namesByKey.computeIfPresent(key, (_, names) -> without(names, before.name())));
        }
        if (after != null) {
            keys(after)
                    .forEach(key -> namesByKey
                            .computeIfAbsent(key, _ -> new HashSet<>())
                            .add(after.name()));
        }
    }

    private static @Nullable Set<String> without(Set<String> names, String name) {
        names.remove(name);
        return names.isEmpty() ? null : names;
    }

    private static Stream<String> keys(Resource<MachineSpec, MachineStatus> machine) {
        return Stream.concat(
                keys(machine.spec().identity()), keys(machine.status().identity()));
    }

    private static Stream<String> keys(MachineIdentity identity) {
        var keys = new HashSet<String>();
        identity.macs().forEach(mac -> keys.add("MAC address " + mac));
        if (identity.uuid() != null) {
            keys.add(UUID + identity.uuid());
        }
        if (identity.systemSerial() != null) {
            keys.add("system serial " + identity.systemSerial());
        }
        if (identity.boardSerial() != null) {
            keys.add("board serial " + identity.boardSerial());
        }
        return keys.stream();
    }

    @Override
    public void close() {
        machines.close();
    }
}
