package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.Resource;
import dev.garboard.trust.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class OperatorApiWatchIT {

    private static final String WATCH = "/apis/garboard.dev/v1alpha1/machines?watch=true";
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path directory;

    private RunningApi api;
    private HttpClient client;

    @BeforeEach
    void start() {
        api = RunningApi.start(directory, 2);
        client = api.client(Role.READER);
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        api.close();
    }

    @Test
    void tellsWhatIsThereAndThenWhatChanges() throws Exception {
        machine("node-a", "1");
        try (var watch = watch("")) {
            assertEquals("ADDED node-a", watch.next());

            machine("node-b", "1");
            label("node-a", "2");
            api.store().delete(Kinds.MACHINE, "node-b", 0);

            assertEquals(List.of("ADDED node-b", "MODIFIED node-a", "DELETED node-b"), watch.next(3));
        }
    }

    @Test
    void resumesAfterARevision() throws Exception {
        var revision = machine("node-a", "1").metadata().resourceVersion();
        machine("node-b", "1");
        machine("node-c", "1");

        try (var watch = watch("&resourceVersion=" + revision)) {
            assertEquals(List.of("ADDED node-b", "ADDED node-c"), watch.next(2));
        }
    }

    @Test
    void addsAndDeletesWhatASelectorGainsAndLoses() throws Exception {
        machine("node-a", "1");
        machine("node-b", "2");
        try (var watch = watch("&labelSelector=rack%3D1")) {
            assertEquals("ADDED node-a", watch.next());

            label("node-b", "3");
            label("node-b", "1");
            label("node-a", "2");
            label("node-b", "2");

            assertEquals(List.of("ADDED node-b", "DELETED node-a", "DELETED node-b"), watch.next(3));
        }
    }

    @Test
    void marksTheEndOfTheInitialEventsWhenAsked() throws Exception {
        machine("node-a", "1");
        var parameters = "&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";

        try (var watch = watch(parameters)) {
            watch.next();
            var bookmark = watch.event();

            assertEquals("BOOKMARK", bookmark.at("/type").asString());
            assertEquals(
                    "true",
                    bookmark.get("object")
                            .get("metadata")
                            .get("annotations")
                            .get("k8s.io/initial-events-end")
                            .asString());
        }
    }

    @Test
    void endsAfterTheTimeThatWasAskedFor() throws Exception {
        try (var watch = watch("&timeoutSeconds=1")) {
            assertTrue(watch.isAtEnd());
        }
    }

    @Test
    void sendsRowsWhereATableIsWanted() throws Exception {
        machine("node-a", "1");
        machine("node-b", "1");
        var request =
                HttpRequest.newBuilder(api.uri(WATCH)).header("Accept", "application/json;as=Table;g=meta.k8s.io;v=v1");

        try (var watch = new Watch(client.send(request.build(), BodyHandlers.ofInputStream()))) {
            var first = watch.event();
            var second = watch.event();

            assertEquals("Name", first.at("/object/columnDefinitions/0/name").asString());
            assertEquals("node-a", first.at("/object/rows/0/cells/0").asString());
            assertTrue(second.at("/object/columnDefinitions").isMissingNode());
        }
    }

    @Test
    void sendsTheCallerToListAgainWhenTheRevisionIsUnknown() throws Exception {
        var answer = RunningApi.send(client, HttpRequest.newBuilder(api.uri(WATCH + "&resourceVersion=999999")));

        assertEquals(410, answer.status());
        assertEquals("Expired", JSON.readTree(answer.body()).at("/reason").asString());
    }

    @Test
    void refusesMoreWatchesThanAllowedAndGivesPlacesBack() throws Exception {
        try (var _ = watch("");
                var _ = watch("")) {
            var refused = RunningApi.send(client, HttpRequest.newBuilder(api.uri(WATCH)));
            assertEquals(429, refused.status());
        }

        // The places are free as soon as the server has noticed that the callers are gone.
        for (int i = 0; ; i++) {
            var response = client.send(HttpRequest.newBuilder(api.uri(WATCH)).build(), BodyHandlers.ofInputStream());
            response.body().close();
            if (response.statusCode() == 200) {
                break;
            }
            assertTrue(i < 50, "places were not given back");
            Thread.sleep(100);
        }
    }

    @Test
    void endsWatchesInGoodOrderWhenTheServerStops() throws Exception {
        var watch = watch("");
        api.stopServer();

        assertTrue(watch.isAtEnd());
    }

    private Watch watch(String parameters) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(api.uri(WATCH + parameters)).build();
        var response = client.send(request, BodyHandlers.ofInputStream());
        assertEquals(200, response.statusCode());
        return new Watch(response);
    }

    /** The lines of one watch. */
    private static final class Watch implements AutoCloseable {

        private final BufferedReader lines;

        Watch(HttpResponse<InputStream> response) {
            this.lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        JsonNode event() throws IOException {
            var line = lines.readLine();
            assertTrue(line != null, "the watch ended");
            return JSON.readTree(line);
        }

        String next() throws IOException {
            var event = event();
            return event.at("/type").asString() + " "
                    + event.at("/object/metadata/name").asString();
        }

        List<String> next(int count) throws IOException {
            var events = new ArrayList<String>();
            for (int i = 0; i < count; i++) {
                events.add(next());
            }
            return events;
        }

        boolean isAtEnd() throws IOException {
            return lines.readLine() == null;
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    private Resource<MachineSpec, MachineStatus> machine(String name, String rack) {
        return api.store()
                .create(new Resource<>(
                        Kinds.MACHINE,
                        ObjectMeta.named(name).withLabels(Map.of("rack", rack)),
                        MachineSpec.undecided(),
                        MachineStatus.unseen()));
    }

    private void label(String name, String rack) {
        api.store()
                .update(
                        Kinds.MACHINE,
                        name,
                        machine -> machine.withMetadata(machine.metadata().withLabels(Map.of("rack", rack))));
    }
}
