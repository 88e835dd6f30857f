package dev.garboard.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is known of a lab between two commands. It is written before anything is made: every process carries {@link #id} in its environment,
 * so that all of them are found again, even those that were started a moment before {@code up} was killed.
 *
 * @param maker the process that makes the lab, while {@link Phase#STARTING}
 * @param userNamespace whether the network namespace lies in a user namespace, because the user is not root
 * @param operatorPort on the host's 127.0.0.1; the nodes' API is on the next one
 */
record LabState(
        String id, Phase phase, Maker maker, boolean userNamespace, int operatorPort, List<LabMachine> machines) {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    LabState {
        machines = List.copyOf(machines);
    }

    enum Phase {
        STARTING,
        UP
    }

    /** A process and when it started, since process ids are used again. */
    record Maker(long pid, long startedAt) {

        static Maker self() {
            return of(ProcessHandle.current());
        }

        boolean isAlive() {
            return ProcessHandle.of(pid).map(Maker::of).filter(this::equals).isPresent();
        }

        private static Maker of(ProcessHandle process) {
            return new Maker(
                    process.pid(),
                    process.info()
                            .startInstant()
                            .map(java.time.Instant::toEpochMilli)
                            .orElse(0L));
        }
    }

    LabState up() {
        return new LabState(id, Phase.UP, maker, userNamespace, operatorPort, machines);
    }

    LabMachine machine(String name) {
        return machines.stream()
                .filter(machine -> machine.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LabException("the lab has no machine " + name + "; it has "
                        + String.join(
                                ", ", machines.stream().map(LabMachine::name).toList())));
    }

    static Optional<LabState> read(LabDirectory directory) {
        if (!Files.exists(directory.state())) {
            return Optional.empty();
        }
        try {
            return Optional.of(MAPPER.readValue(Files.readString(directory.state()), LabState.class));
        } catch (IOException | JacksonException unreadable) {
            throw new LabException(
                    directory.state() + " cannot be read (" + unreadable.getMessage()
                            + "); if no process of the lab is left, delete that file",
                    unreadable);
        }
    }

    static LabState required(LabDirectory directory) {
        return read(directory)
                .orElseThrow(() ->
                        new LabException("no lab is up in " + directory.root() + "; start one with: garboard lab up"));
    }

    void write(LabDirectory directory) {
        var file = directory.state();
        try {
            var temporary = Files.createTempFile(directory.root(), "state", ".tmp");
            Files.writeString(temporary, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new LabException(file + " cannot be written: " + failed.getMessage(), failed);
        }
    }

    static void delete(LabDirectory directory) {
        try {
            Files.deleteIfExists(directory.state());
        } catch (IOException failed) {
            throw new LabException(directory.state() + " cannot be deleted: " + failed.getMessage(), failed);
        }
    }
}
