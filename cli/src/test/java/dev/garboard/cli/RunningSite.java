package dev.garboard.cli;

import dev.garboard.inventory.Inventory;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.operatorapi.ApiEvents;
import dev.garboard.operatorapi.GatedTransport;
import dev.garboard.operatorapi.OperatorApiConfig;
import dev.garboard.operatorapi.OperatorApiServer;
import dev.garboard.operatorapi.OperatorCertificates;
import dev.garboard.trust.RevocationFile;
import dev.garboard.trust.Role;
import dev.garboard.trust.RotatingIdentity;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The real operator API on a free port, for commands to talk to. */
final class RunningSite implements AutoCloseable {

    final SiteAuthority authority;
    private final Path directory;
    private final Inventory inventory;
    private final GatedTransport transport = new GatedTransport();
    private final Vertx vertx = Vertx.builder().withTransport(transport).build();
    private final OperatorCertificates certificates;
    private final OperatorApiServer server;

    RunningSite(Path directory) {
        this.directory = directory;
        this.authority = SiteAuthority.create(directory, "test", InstantSource.system());
        this.inventory = Inventory.open(directory.resolve("garboard.db").toString());
        this.certificates = OperatorCertificates.open(
                inventory.store(), authority, RevocationFile.in(directory), InstantSource.system());
        var loopback = InetAddress.getLoopbackAddress();
        this.server = OperatorApiServer.bind(
                vertx,
                transport,
                OperatorApiConfig.listeningOn(new InetSocketAddress(loopback, 0)),
                inventory.store(),
                new RotatingIdentity(authority.issueServer(List.of(), List.of(loopback))),
                authority.certificate(),
                certificates,
                List.of(),
                ApiEvents.IGNORED,
                InstantSource.system());
    }

    ResourceStore store() {
        return inventory.store();
    }

    TlsIdentity person(Role role) {
        return authority.issueOperator("alice", role, Duration.ofDays(1));
    }

    Path kubeconfig(TlsIdentity identity, int nodeApiPort) throws IOException {
        var text = KubeconfigFile.render("test", "127.0.0.1", authority.certificate(), identity)
                .replace(":7442", ":" + server.port())
                .replace(":7443", ":" + nodeApiPort);
        return Files.writeString(Files.createTempFile(directory, "kubeconfig", ""), text);
    }

    /** What a command said, and its exit code. */
    record Outcome(int code, String out, String err) {}

    /** Runs a command line. */
    static Outcome run(String... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        var code = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words);
        return new Outcome(code, out.toString(), err.toString());
    }

    Outcome runAs(Role role, String... words) throws IOException {
        var all = new ArrayList<>(List.of(words));
        all.add("--kubeconfig=" + kubeconfig(person(role), 1));
        return run(all.toArray(String[]::new));
    }

    @Override
    public void close() {
        server.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        certificates.close();
        inventory.close();
    }
}
