package dev.garboard.agent.kubernetes.controlplane;

import com.google.protobuf.ByteString;
import dev.garboard.agent.kubernetes.DocumentEngine;
import dev.garboard.agent.kubernetes.LeaveOrders;
import dev.garboard.agent.kubernetes.MountedBundle;
import dev.garboard.agent.kubernetes.NodeParts;
import dev.garboard.agent.kubernetes.TestDisk;
import dev.garboard.agent.kubernetes.TestNode;
import dev.garboard.agent.linux.Children;
import dev.garboard.agent.logging.LogRing;
import dev.garboard.agent.logging.LogRings;
import dev.garboard.agent.supervision.ServiceTable;
import dev.garboard.agent.supervision.Supervisor;
import dev.garboard.agentapi.v1.EtcdRestoreMember;
import dev.garboard.agentapi.v1.EtcdRestorePlan;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest;
import dev.garboard.agentapi.v1.EtcdRestoreStepRequest.Step;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.kubernetes.KubernetesVersion;
import dev.garboard.kubernetes.document.Etcd;
import dev.garboard.nodeconfig.Cidr;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.StateDisk;
import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One member of {@link EtcdRestoreIT}, in a network namespace of its own: documents applied as an agent does, a disk first of all; answers commands, one
 * a line.
 */
final class EtcdRestoreNode {

    private static final int SAID = 100;

    private final Children children = new Children();
    private final ServiceTable services = new ServiceTable();
    private final ControlPlanePaths paths;
    private final Map<String, ByteString> secrets;
    private final EtcdApplier etcd;
    private final EtcdCalls calls;
    private final EtcdRestoreCalls restore;
    private final DocumentEngine engine;
    private final Supervisor supervisor;
    private long revision;

    private EtcdRestoreNode(Path directory, MountedBundle bundle, Map<String, ByteString> secrets) {
        this.secrets = secrets;
        this.paths = new ControlPlanePaths(
                directory.resolve("pki"), directory.resolve("manifests"), directory.resolve("etcd"));
        children.start();
        supervisor = new Supervisor(new Random(1), error -> say("fatal " + error));
        var parts = new NodeParts(children, supervisor, services, new Random(1), List::of);
        var shelf = TestNode.shelf(bundle);
        var clock = InstantSource.system();
        var certificates = new CertificateRotation(services.add("certificates", ""), clock);
        var progress = new EtcdRestore(paths);
        etcd = new EtcdApplier(parts, shelf, paths, certificates, progress);
        var controlPlane = new ControlPlaneApplier(parts, shelf, paths, certificates, etcd, progress, clock);
        calls = new EtcdCalls(etcd);
        restore = new EtcdRestoreCalls(children, shelf, progress, etcd, controlPlane);
        var service = services.add("documents", "");
        var disk = new TestDisk(children, directory.resolve("disk"), paths.etcd());
        engine = new DocumentEngine(service, List.of(disk, etcd), LeaveOrders.none(), new Random(1), () -> {});
        progress.onChange(() -> engine.again(List.of(Etcd.KIND)));
        services.onChange(() -> {
            if (etcd.hasTurnedBad()) {
                engine.again(List.of(Etcd.KIND));
            }
        });
        supervisor.start(service, engine);
    }

    /** Arguments: name, address, directory of all nodes, bundle, whether to found, the others as name=address. */
    public static void main(String[] args) throws Exception {
        var root = Path.of(args[2]);
        var secrets = new HashMap<String, ByteString>();
        try (var files = Files.list(root.resolve("keys"))) {
            for (var file : files.toList()) {
                secrets.put(file.getFileName().toString(), ByteString.copyFrom(Files.readAllBytes(file)));
            }
        }
        var bundle = new MountedBundle("test", KubernetesVersion.parse("1.37.2"), Path.of(args[3]));
        var node = new EtcdRestoreNode(root.resolve(args[0]), bundle, secrets);
        node.want(args[0], args[1], Boolean.parseBoolean(args[4]), List.of(args).subList(5, args.length));
        node.run(args[0], args[1]);
        System.exit(0);
    }

    private void want(String name, String address, boolean founds, List<String> others) {
        var members = others.stream()
                .map(other -> other.split("=", 2))
                .map(pair -> new Etcd.Member(pair[0], Cidr.address(pair[1])))
                .toList();
        var document = new Etcd(name, Cidr.address(address), founds, members, "test");
        engine.want(List.of(message(new StateDisk("disk"), 1), message(document, ++revision)), secrets);
    }

    private static Document message(NodeDocument document, long revision) {
        return Document.newBuilder()
                .setKind(document.kind())
                .setName(document.name())
                .setRevision(revision)
                .setContent(ByteString.copyFrom(Documents.render(document)))
                .build();
    }

    private void run(String name, String address) throws Exception {
        say("runs");
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (var line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
                try {
                    var words = new ArrayList<>(Arrays.asList(line.split(" ")));
                    say(answer(words.removeFirst(), words, name, address));
                } catch (IOException | RuntimeException refused) {
                    say("refused " + refused.getMessage());
                }
            }
        }
        engine.shutDown();
    }

    private String answer(String command, List<String> words, String name, String address) throws Exception {
        return switch (command) {
            // The last word of the document: what it waits for or failed with, or that it is applied.
            case "document" -> {
                var status = engine.statuses().getFirst();
                yield status.getMessage().isEmpty() && status.getAppliedRevision() == status.getDesiredRevision()
                        ? "applied"
                        : "waits " + status.getMessage().replace('\n', ' ');
            }
            case "others" -> {
                want(name, address, false, words);
                yield "told";
            }
            case "members" ->
                calls.members().getMembersList().stream()
                        .map(one -> one.getName() + (one.getLearner() ? " learns" : " votes"))
                        .sorted()
                        .collect(Collectors.joining(", "));
            case "leads" -> {
                var status = calls.status();
                yield status.getMemberId().equals(status.getLeaderId()) ? "yes" : "no";
            }
            // As when the machine goes down; what was said of the lead over etcd then.
            case "shut-down" -> {
                engine.shutDown();
                var log = LogRings.ring("etcd");
                yield log.read(log.tail(SAID), SAID).entries().stream()
                        .map(LogRing.LogEntry::text)
                        .filter(line -> line.contains("leads etcd now"))
                        .reduce("nothing", (_, last) -> last);
            }
            case "aside" ->
                etcd.aside().map(kept -> kept.getDataCount() + " kept").orElse("unknown");
            case "put" -> {
                ask("put", Map.of("key", base64(words.get(0)), "value", base64(words.get(1))));
                yield "put";
            }
            case "fill" -> fill(Integer.parseInt(words.getFirst()));
            case "get" -> {
                var found =
                        ask("range", Map.of("key", base64(words.getFirst()))).path("kvs");
                yield found.isEmpty()
                        ? "none"
                        : new String(
                                Base64.getDecoder()
                                        .decode(found.get(0).path("value").asString()),
                                StandardCharsets.UTF_8);
            }
            case "snapshot" -> {
                try (var out = Files.newOutputStream(Path.of(words.getFirst()))) {
                    calls.snapshot(part -> {
                        try {
                            part.getData().writeTo(out);
                            return true;
                        } catch (IOException failed) {
                            throw new UncheckedIOException(failed);
                        }
                    });
                }
                yield "saved";
            }
            case "bring" -> bring(Path.of(words.get(0)), words.get(1), words.subList(2, words.size()));
            case "step" ->
                restore.step(EtcdRestoreStepRequest.newBuilder()
                                .setToken(words.get(0))
                                .setStep(Step.valueOf(words.get(1)))
                                .build())
                        .getPhase()
                        .name();
            case "phase" -> restore.status().getPhase().name();
            case "restored" ->
                restore.status().getRestoredToken() + ", votes "
                        + restore.status().getVotes();
            default -> "unknown " + command;
        };
    }

    private String bring(Path file, String token, List<String> members) throws Exception {
        var content = Files.readAllBytes(file);
        var plan = EtcdRestorePlan.newBuilder()
                .setBytes(content.length)
                .setSha256(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(content)))
                .setToken(token);
        for (var member : members) {
            var pair = member.split("=", 2);
            plan.addMembers(EtcdRestoreMember.newBuilder().setName(pair[0]).setAddress(pair[1]));
        }
        try (var upload = restore.receive(plan.build())) {
            for (int at = 0; at < content.length; at += 30_000) {
                upload.take(ByteString.copyFrom(content, at, Math.min(30_000, content.length - at)));
            }
            return "good " + (upload.finish().getKeys() > 0);
        }
    }

    /** Puts values until etcd refuses. */
    private String fill(int most) throws Exception {
        var value = base64("x".repeat(100_000));
        for (int i = 0; i < most; i++) {
            try {
                ask("put", Map.of("key", base64("fill" + i), "value", value));
            } catch (IOException full) {
                return "refused " + full.getMessage();
            }
        }
        return "filled";
    }

    private JsonNode ask(String method, Map<String, String> body) throws Exception {
        try (var client = HttpClient.newBuilder()
                .sslContext(tls())
                .connectTimeout(Duration.ofSeconds(5))
                .build()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create("https://127.0.0.1:2379/v3/kv/" + method))
                            .timeout(Duration.ofSeconds(10))
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    JsonMapper.shared().writeValueAsString(body)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException(answer.body().strip());
            }
            return JsonMapper.shared().readTree(answer.body());
        }
    }

    private SSLContext tls() {
        return TlsIdentity.read(
                        paths.pki().resolve("etcd-agent.crt"), paths.pki().resolve("etcd-agent.key"))
                .sslContext(Pem.readCertificate(paths.pki().resolve("etcd-ca.crt")));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @SuppressWarnings("SystemOut") // what the test reads
    private static void say(String line) {
        System.out.println(line);
    }
}
