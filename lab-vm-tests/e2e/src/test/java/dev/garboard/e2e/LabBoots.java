package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.fail;

import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The boots of a lab that is up, straight from the operator API: a fault must strike within a second of what it is meant for. */
final class LabBoots implements AutoCloseable {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final LabFixture lab;
    private final HttpClient client;
    private final String api;

    LabBoots(LabFixture lab) {
        this.lab = lab;
        this.api = status().path("operatorApi").asString() + "/apis/garboard.dev/v1alpha1/";
        var identity =
                TlsIdentity.read(lab.pki().resolve("admin.crt"), lab.pki().resolve("admin.key"));
        this.client = HttpClient.newBuilder()
                .sslContext(identity.sslContext(Pem.readCertificate(lab.pki().resolve("site-ca.crt"))))
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(LIMIT)
                .build();
    }

    /** A boot session as the operator API shows it. */
    record Boot(JsonNode resource) {

        String id() {
            return resource.at("/metadata/name").asString();
        }

        String mac() {
            return resource.at("/spec/mac").asString();
        }

        String startedAt() {
            return resource.at("/spec/startedAt").asString();
        }

        boolean isReady() {
            return resource.at("/status/outcome").asString().equals("Ready");
        }

        boolean reached(String stage) {
            return steps().stream()
                    .anyMatch(step -> step.path("stage").asString().equals(stage));
        }

        /** The addresses it leased. */
        List<String> leases() {
            return steps().stream()
                    .map(step -> step.path("detail").asString())
                    .filter(detail -> detail.contains(" leased "))
                    .map(detail -> detail.substring(detail.lastIndexOf(' ') + 1))
                    .distinct()
                    .toList();
        }

        /** Why it ended or does not go on. */
        String cause() {
            return resource.at("/status/likelyCause").asString("");
        }

        @Override
        public String toString() {
            return resource.toPrettyString();
        }

        private List<JsonNode> steps() {
            return List.copyOf(resource.at("/status/steps").values());
        }
    }

    /** All resources of a kind; empty while the server is away. */
    List<JsonNode> list(String plural) {
        try {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(api + plural))
                            .timeout(LIMIT)
                            .build(),
                    BodyHandlers.ofString());
            return answer.statusCode() == 200
                    ? List.copyOf(MAPPER.readTree(answer.body()).path("items").values())
                    : fail(plural + ": " + answer.statusCode() + " " + answer.body());
        } catch (IOException serverAway) {
            return List.of();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return fail(interrupted);
        }
    }

    Boot boot(String id) {
        return boots().stream().filter(boot -> boot.id().equals(id)).findFirst().orElseThrow();
    }

    /** The newest boot of a machine of the lab. */
    Boot newest(String machine) {
        return find(machine).orElseThrow();
    }

    /** The next boot after one, once it is as it is waited for. */
    Boot awaitNext(String machine, Boot former, Predicate<Boot> condition) {
        return await(machine, boot -> !boot.id().equals(former.id()) && condition.test(boot));
    }

    Boot await(String machine, Predicate<Boot> condition) {
        try {
            return Awaitility.await(machine)
                    .atMost(LabFixture.BOOT)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> find(machine), boot -> boot.filter(condition).isPresent())
                    .orElseThrow();
        } catch (ConditionTimeoutException tooLong) {
            // In the message itself: a summary of the failures is all that is seen of some runs.
            throw new AssertionError(
                    machine + " did not come so far within " + LabFixture.BOOT.toSeconds()
                            + " s. Its screen ends with\n" + LabFixture.lastLines(lab.console(machine), 25)
                            + "its boot is\n" + find(machine),
                    tooLong);
        }
    }

    List<String> machines() {
        return list("machines").stream()
                .map(machine -> machine.at("/metadata/name").asString())
                .sorted()
                .toList();
    }

    /** Where a machine's node answers. */
    String address(String machine) {
        return list("machines").stream()
                .filter(each -> each.at("/metadata/name").asString().equals(machine))
                .map(each -> each.at("/status/address").asString())
                .findFirst()
                .orElseThrow();
    }

    /** The server's process. */
    ProcessHandle server() {
        return status().path("processes").values().stream()
                .filter(process -> process.path("name").asString().equals("server"))
                .flatMap(process -> ProcessHandle.of(process.path("pid").asLong()).stream())
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        client.close();
    }

    private JsonNode status() {
        return MAPPER.readTree(lab.lab("status", "--output", "json").succeeded().out());
    }

    private List<Boot> boots() {
        return list("bootsessions").stream().map(Boot::new).toList();
    }

    private Optional<Boot> find(String machine) {
        var mac = "52:54:00:77:00:%02x".formatted(0x10 + Integer.parseInt(machine.substring(1)));
        return boots().stream().filter(boot -> boot.mac().equals(mac)).max(Comparator.comparing(Boot::startedAt));
    }
}
