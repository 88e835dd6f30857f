package dev.garboard.cli;

import dev.garboard.agentapi.SiteChannels.Peer;
import dev.garboard.inventory.MalformedTextException;
import dev.garboard.inventory.StrictText;
import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Base64;
import tools.jackson.databind.JsonNode;

/**
 * The current context of a kubeconfig: where the server is and who is calling it.
 *
 * @param nodeApi where the nodes' API is answered by the server
 */
record Kubeconfig(Path file, URI server, X509Certificate siteCa, TlsIdentity identity, Peer nodeApi) {

    private static final int NODE_API_PORT = 7443;

    /** A name that every server's certificate carries, whatever address it is reached at. */
    private static final String SERVER_NAME = "garboard-server";

    static Kubeconfig read(Path file) {
        try {
            return read(file, StrictText.yaml(Files.readString(file)));
        } catch (IOException unreadable) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "the kubeconfig " + file + " cannot be read: " + unreadable.getMessage(),
                    unreadable);
        } catch (MalformedTextException malformed) {
            throw wrong(file, "cannot be read: " + malformed.getMessage());
        }
    }

    private static Kubeconfig read(Path file, JsonNode root) {
        var context = named(file, root, "contexts", text(file, root, "current-context"))
                .path("context");
        var cluster =
                named(file, root, "clusters", text(file, context, "cluster")).path("cluster");
        var user = named(file, root, "users", text(file, context, "user")).path("user");
        var server = URI.create(text(file, cluster, "server"));
        var host = server.getHost();
        if (host == null || !"https".equals(server.getScheme())) {
            throw wrong(file, "has the server " + server + ", expected https://HOST:PORT");
        }
        return new Kubeconfig(
                file,
                server,
                Pem.certificates(pem(file, cluster, "certificate-authority"), file.toString())
                        .getFirst(),
                new TlsIdentity(
                        Pem.key(pem(file, user, "client-key"), file.toString()),
                        Pem.certificates(pem(file, user, "client-certificate"), file.toString())),
                nodeApi(file, cluster, host));
    }

    private static Peer nodeApi(Path file, JsonNode cluster, String host) {
        for (var extension : cluster.path("extensions")) {
            var address = extension.path("extension").path("node-api");
            if (address.isString()) {
                return peer(file, address.stringValue());
            }
        }
        return new Peer(host.replaceAll("[\\[\\]]", ""), NODE_API_PORT, SERVER_NAME);
    }

    private static Peer peer(Path file, String address) {
        int colon = address.lastIndexOf(':');
        try {
            return new Peer(
                    address.substring(0, Math.max(colon, 0)).replaceAll("[\\[\\]]", ""),
                    Integer.parseInt(address.substring(colon + 1)),
                    SERVER_NAME);
        } catch (NumberFormatException noPort) {
            throw wrong(file, "has the node-api \"" + address + "\", expected HOST:PORT");
        }
    }

    /** The entry of a list that has the name. */
    private static JsonNode named(Path file, JsonNode root, String list, String name) {
        for (var entry : root.path(list)) {
            if (entry.path("name").asString("").equals(name)) {
                return entry;
            }
        }
        throw wrong(file, "names " + name + ", which is not among its " + list);
    }

    private static String text(Path file, JsonNode node, String field) {
        var value = node.path(field);
        if (!value.isString() || value.stringValue().isEmpty()) {
            throw wrong(file, "has no " + field);
        }
        return value.stringValue();
    }

    /** Embedded as base64, or in a file beside the kubeconfig. */
    private static String pem(Path file, JsonNode node, String field) {
        var data = node.path(field + "-data");
        try {
            if (data.isString()) {
                return new String(Base64.getDecoder().decode(data.stringValue()), StandardCharsets.US_ASCII);
            }
            return Files.readString(file.toAbsolutePath().resolveSibling(text(file, node, field)));
        } catch (IllegalArgumentException notBase64) {
            throw wrong(file, "has a " + field + "-data that is not base64");
        } catch (IOException unreadable) {
            throw wrong(file, "names the " + field + " " + unreadable.getMessage() + ", which cannot be read");
        }
    }

    private static CommandException wrong(Path file, String what) {
        return new CommandException(ExitCode.FAILED, "the kubeconfig " + file + " " + what);
    }
}
