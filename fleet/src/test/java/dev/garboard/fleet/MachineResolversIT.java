package dev.garboard.fleet;

import static dev.garboard.fleet.FleetRig.MAC;
import static dev.garboard.fleet.FleetRig.UUID;
import static dev.garboard.fleet.FleetRig.eventually;
import static dev.garboard.fleet.FleetRig.next;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.garboard.agentapi.v1.NodeMessage;
import dev.garboard.agentapi.v1.NodeMessage.Resolvers;
import dev.garboard.agentapi.v1.NodeMessage.Resolvers.Result;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.MachineStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(120)
class MachineResolversIT {

    @TempDir
    Path directory;

    FleetRig rig;
    FakeNode node;

    @BeforeEach
    void start() throws Exception {
        rig = new FleetRig(directory, true);
        rig.rule("all-virtual", Acceptance.ACCEPTED, true);
        node = boots();
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    /** Another boot of the machine, whose stream is open. */
    private FakeNode boots() throws Exception {
        var session = rig.booted(MAC);
        var booted = rig.node();
        booted.take(
                next(booted.enroll(booted.request(session, MAC, UUID).build())).getAccepted());
        booted.connect("node-1", session);
        eventually(() -> session.equals(status().bootSession()), () -> status().toString());
        return booted;
    }

    @Test
    void aMachineWhoseResolversDoNotAnswerIsReadyAndSaysSo() throws Exception {
        node.say(asked(Result.RESULT_NO_ANSWER, "no answer within 2 s"));

        eventually(() -> is("False NoneAnswers"), () -> status().toString());
        assertEquals("Ready", status().phase());

        node.say(asked(Result.RESULT_ANSWERS, "answers"));
        eventually(() -> is("True AllAnswer"), () -> status().toString());
    }

    @Test
    void anAgentThatDoesNotSpeakOfResolversLeavesTheConditionAsItIs() throws Exception {
        node.ready();
        eventually(() -> "Ready".equals(status().phase()), () -> status().toString());
        assertEquals(Optional.empty(), condition());

        node.say(asked(Result.RESULT_ANSWERS, "answers"));
        eventually(() -> is("True AllAnswer"), () -> status().toString());
    }

    @Test
    void anotherBootStartsWithoutTheCondition() throws Exception {
        node.say(asked(Result.RESULT_NO_ANSWER, "no answer within 2 s"));
        eventually(() -> is("False NoneAnswers"), () -> status().toString());
        node.goodbye(NodeMessage.Goodbye.Kind.KIND_REBOOT, "another image");
        eventually(() -> "Rebooting".equals(status().phase()), () -> status().toString());
        assertEquals("False", condition().orElseThrow().status());
        // A boot that still answers is not replaced.
        node.silence();

        var older = boots();
        older.ready();

        eventually(() -> "Ready".equals(status().phase()), () -> status().toString());
        assertEquals(Optional.empty(), condition());
    }

    @Test
    void newsIsLoggedOnce() throws Exception {
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        var logger = (Logger) LoggerFactory.getLogger(MachineResolvers.class);
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
        try {
            for (int i = 0; i < 10; i++) {
                node.say(asked(Result.RESULT_ANSWERS, "answers"));
            }
            eventually(() -> is("True AllAnswer"), () -> status().toString());
            node.say(asked(Result.RESULT_REFUSED, "REFUSED"));
            eventually(() -> is("False NoneAnswers"), () -> status().toString());
        } finally {
            logger.setLevel(null);
            logger.detachAppender(lines);
        }

        assertEquals(
                List.of("INFO node-1 AllAnswer", "WARN node-1 NoneAnswers"),
                lines.list.stream()
                        .map(line ->
                                line.getLevel() + " " + line.getKeyValuePairs().get(0).value + " "
                                        + line.getKeyValuePairs().get(1).value)
                        .toList());
    }

    private boolean is(String statusAndReason) {
        return condition()
                .filter(now -> (now.status() + " " + now.reason()).equals(statusAndReason))
                .isPresent();
    }

    private Optional<Condition> condition() {
        return status().conditions().stream()
                .filter(condition -> condition.type().equals(MachineResolvers.CONDITION))
                .findFirst();
    }

    private MachineStatus status() {
        return rig.machine("node-1").status();
    }

    private static NodeMessage.Builder asked(Result result, String seen) {
        return NodeMessage.newBuilder()
                .setStatus(NodeMessage.Status.newBuilder()
                        .setReady(true)
                        .setResolvers(Resolvers.newBuilder()
                                .addServers(Resolvers.Server.newBuilder()
                                        .setAddress("192.0.2.1")
                                        .setResult(result)
                                        .setSeen(seen))));
    }
}
