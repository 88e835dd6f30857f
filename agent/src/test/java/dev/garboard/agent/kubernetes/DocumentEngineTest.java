package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agentapi.v1.NodeMessage.DocumentStatus;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DocumentEngineTest {

    private final List<String> done = new ArrayList<>();
    private final List<String> seen = new ArrayList<>();
    private final Recorder first = new Recorder("First", "");
    private final Recorder second = new Recorder("Second", "key");
    private final DocumentEngine engine = new DocumentEngine(
            new ServiceTable().add("documents of a test", ""), List.of(first, second), new Random(1), () -> {});

    @Test
    void looksAgainATenthLaterThanItCould() {
        assertEquals(Duration.ofMillis(100), DocumentEngine.lookAgain(Duration.ZERO));
        assertEquals(Duration.ofMillis(100), DocumentEngine.lookAgain(Duration.ofSeconds(1)));
        assertEquals(Duration.ofMillis(500), DocumentEngine.lookAgain(Duration.ofSeconds(5)));
        assertEquals(Duration.ofSeconds(2), DocumentEngine.lookAgain(Duration.ofHours(1)));
    }

    @Test
    void appliesInTheOrderOfTheKindsAndRemovesTheOtherWayRound() throws Exception {
        want(Map.of(), document("Second", "b", 1), document("First", "a", 1), document("Second", "a", 1));
        want(Map.of());

        assertEquals(
                List.of(
                        "apply First/a",
                        "apply Second/a",
                        "apply Second/b",
                        "remove Second/b",
                        "remove Second/a",
                        "remove First/a"),
                done);
        assertEquals(List.of(), engine.statuses());
    }

    @Test
    void leavesAloneWhatHasNotChanged() throws Exception {
        want(Map.of(), document("First", "a", 1), document("Second", "a", 1));
        done.clear();

        want(Map.of(), document("First", "a", 1), document("Second", "a", 2));

        assertEquals(List.of("apply Second/a"), done);
    }

    /** What the later ones write would be hidden by a disk that is mounted afterwards. */
    @Test
    void whatComesFirstHoldsTheOthersUntilItIsThere() throws Exception {
        first.comesFirst = true;
        first.failure = new DocumentPendingException("waits for a disk");
        want(Map.of(), document("First", "a", 1), document("Second", "a", 1));
        assertEquals(List.of(), done);

        first.failure = null;
        engine.convergeOnce();

        assertEquals(List.of("apply First/a", "apply Second/a"), done);
    }

    @Test
    void whatComesFirstAndIsTooLateHoldsNobody() throws Exception {
        first.failure = new IllegalStateException("restart the machine");

        want(Map.of(), document("First", "a", 1), document("Second", "a", 1));

        assertEquals(List.of("apply Second/a"), done);
    }

    @Test
    void appliesAgainWhatSomebodyAsksFor() throws Exception {
        want(Map.of(), document("First", "a", 1), document("Second", "a", 1));
        done.clear();

        engine.again(List.of("Second"));
        engine.convergeOnce();
        engine.convergeOnce();

        assertEquals(List.of("apply Second/a"), done);
    }

    @Test
    void appliesAgainWhatComesAfterAChange() throws Exception {
        want(Map.of(), document("First", "a", 1), document("Second", "a", 1));
        done.clear();

        want(Map.of(), document("First", "a", 2), document("Second", "a", 1));

        assertEquals(List.of("apply First/a", "apply Second/a"), done);
    }

    @Test
    void appliesAgainWhenASecretThatWasAskedForChanges() throws Exception {
        want(Map.of("key", "old", "other", "old"), document("First", "a", 1), document("Second", "a", 1));
        done.clear();

        want(Map.of("key", "old", "other", "new"), document("First", "a", 1), document("Second", "a", 1));
        want(Map.of("key", "new", "other", "new"), document("First", "a", 1), document("Second", "a", 1));

        assertEquals(List.of("apply Second/a"), done);
        assertEquals(List.of("old", "new"), seen);
    }

    @Test
    void tellsWhichRevisionHoldsAndWhichFailedAndWhy() throws Exception {
        want(Map.of(), document("First", "a", 3));
        first.failure = new IllegalStateException("the disk is full");

        want(Map.of(), document("First", "a", 4));

        assertEquals(List.of(status("First", "a", 4, 3, 4, "the disk is full")), engine.statuses());
    }

    @Test
    void aDocumentThatWaitsHasNotFailed() throws Exception {
        first.failure = new DocumentPendingException("no bundle yet");

        want(Map.of(), document("First", "a", 3));

        assertEquals(List.of(status("First", "a", 3, 0, 0, "no bundle yet")), engine.statuses());
    }

    @Test
    void aRemovalThatFailedStaysVisibleUntilItWorks() throws Exception {
        want(Map.of(), document("First", "a", 3));
        first.failure = new IllegalStateException("busy");
        want(Map.of());
        assertEquals(List.of(status("First", "a", 0, 3, 3, "busy")), engine.statuses());

        first.failure = null;
        want(Map.of());

        assertEquals(List.of(), engine.statuses());
    }

    @Test
    void refusesAnUnknownKindByNameAndAppliesTheRest() throws Exception {
        want(Map.of(), document("Third", "a", 1), document("First", "a", 1));

        assertEquals(
                List.of(
                        status("First", "a", 1, 1, 0, ""),
                        status(
                                "Third",
                                "a",
                                1,
                                0,
                                1,
                                "this agent has no documents of the kind Third; it knows First, Second")),
                engine.statuses());
    }

    /** Hands the state over and makes one pass, as the engine's thread would. */
    private void want(Map<String, String> secrets, Document... documents) throws InterruptedException {
        var bytes = new HashMap<String, ByteString>();
        secrets.forEach((name, value) -> bytes.put(name, ByteString.copyFromUtf8(value)));
        engine.want(List.of(documents), bytes);
        engine.convergeOnce();
    }

    private static Document document(String kind, String name, long revision) {
        return Document.newBuilder()
                .setKind(kind)
                .setName(name)
                .setRevision(revision)
                .build();
    }

    private static DocumentStatus status(
            String kind, String name, long desired, long applied, long failed, String message) {
        return DocumentStatus.newBuilder()
                .setKind(kind)
                .setName(name)
                .setDesiredRevision(desired)
                .setAppliedRevision(applied)
                .setFailedRevision(failed)
                .setMessage(message)
                .build();
    }

    private final class Recorder implements DocumentApplier {

        private final String kind;
        private final String secret;
        private @Nullable RuntimeException failure;
        private boolean comesFirst;

        Recorder(String kind, String secret) {
            this.kind = kind;
            this.secret = secret;
        }

        @Override
        public String kind() {
            return kind;
        }

        @Override
        public void apply(DocumentInput input) {
            fail();
            if (!secret.isEmpty()) {
                var value = input.findSecret(secret);
                seen.add(value.map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .orElse("none"));
            }
            done.add("apply " + kind + "/" + input.name());
        }

        @Override
        public void remove(String name) {
            fail();
            done.add("remove " + kind + "/" + name);
        }

        @Override
        public boolean comesFirst() {
            return comesFirst;
        }

        private void fail() {
            if (failure != null) {
                throw failure;
            }
        }
    }
}
