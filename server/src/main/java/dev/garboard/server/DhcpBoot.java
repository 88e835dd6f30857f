package dev.garboard.server;

import dev.garboard.dhcp.Arch;
import dev.garboard.dhcp.server.BootDirector;
import dev.garboard.dhcp.server.BootInstruction;
import dev.garboard.dhcp.server.Client;
import dev.garboard.inventory.BootClient;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Turns a boot session into what this firmware can fetch. A machine that may not boot still gets iPXE and a script that says why on its
 * screen, because "no boot file" tells nobody anything.
 */
record DhcpBoot(BootDesk desk, BootUrls urls) implements BootDirector {

    @Override
    public CompletionStage<BootInstruction> direct(Client client, Inet4Address offered, Inet4Address server) {
        if (client.isRaspberryPi()) {
            return CompletableFuture.completedFuture(
                    new BootInstruction.Nothing("a Raspberry Pi; there are no images for it"));
        }
        return switch (client.kind()) {
            // Neither boots, so the DHCP server does not ask for them.
            case HOST, AGENT -> CompletableFuture.completedFuture(new BootInstruction.Nothing("it does not boot"));
            case IPXE ->
                desk.open(client, BootClient.Stage.IPXE)
                        .thenApply(session -> new BootInstruction.Script(urls.of(session.id(), "script.ipxe")));
            case PXE ->
                desk.open(client, BootClient.Stage.FIRMWARE)
                        .thenApply(session -> loader(client)
                                .<BootInstruction>map(name -> new BootInstruction.LoadFile(session.id() + "/" + name))
                                .orElseGet(() -> noLoader(client)));
            case HTTP_BOOT ->
                desk.open(client, BootClient.Stage.FIRMWARE)
                        .thenApply(session -> loader(client)
                                .<BootInstruction>map(name -> new BootInstruction.HttpBoot(urls.of(session.id(), name)))
                                .orElseGet(() -> noLoader(client)));
        };
    }

    /** The first of the client's architectures that there is a loader for; it may name several (RFC 4578 section 2.1). */
    private static Optional<String> loader(Client client) {
        return client.architectures().stream()
                .flatMap(arch -> Loaders.nameFor(arch).stream())
                .findFirst();
    }

    private static BootInstruction noLoader(Client client) {
        var architectures = client.architectures().isEmpty()
                ? "no architecture"
                : client.architectures().stream().map(Arch::toString).toList().toString();
        return new BootInstruction.Nothing("no loader for firmware that says " + architectures);
    }

    /** The URLs that machines get: literal addresses, because firmware may have no resolver. */
    record BootUrls(InetSocketAddress server) {

        URI of(String session, String file) {
            return URI.create(base() + "/boot/" + session + "/" + file);
        }

        String base() {
            var host = server.getAddress().getHostAddress();
            return "http://" + host + (server.getPort() == 80 ? "" : ":" + server.getPort());
        }
    }
}
