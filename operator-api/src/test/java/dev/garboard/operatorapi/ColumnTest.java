package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.Condition;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ColumnTest {

    private static final Instant NOW = Instant.parse("2026-12-01T10:00:00Z");

    @Test
    void aReadyMachineShowsWhatItCannotDo() {
        assertEquals(
                "TimeSynchronized,ResolverAnswers,DuplicateIdentity",
                trouble(
                        condition("Connected", "True"),
                        condition("Ready", "True"),
                        condition("TimeSynchronized", "False"),
                        condition("ResolverAnswers", "False"),
                        condition("DuplicateIdentity", "True")));
    }

    @Test
    void whatThePhaseSaysIsNotSaidAgain() {
        assertEquals(
                "",
                trouble(
                        condition("Accepted", "False"),
                        condition("Connected", "False"),
                        condition("Ready", "False"),
                        condition("ResolverAnswers", "True")));
    }

    private static String trouble(Condition... conditions) {
        var status = MachineStatus.unseen().withConditions(List.of(conditions));
        var machine = new Resource<>(Kinds.MACHINE, ObjectMeta.named("m1"), MachineSpec.undecided(), status);
        return Column.of(Kinds.MACHINE).stream()
                .filter(column -> column.name().equals("Trouble") && !column.wide())
                .findFirst()
                .orElseThrow()
                .cell()
                .apply(machine, NOW);
    }

    private static Condition condition(String type, String status) {
        return new Condition(type, status, "Because", "", NOW);
    }
}
