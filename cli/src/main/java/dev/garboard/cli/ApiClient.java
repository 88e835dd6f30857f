package dev.garboard.cli;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceJson;
import dev.garboard.trust.CertificateFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The operator API as the commands use it. Every failure is a {@link CommandException} in words, with its exit code. */
final class ApiClient implements AutoCloseable {

    private static final String TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1";
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Kubeconfig kubeconfig;
    private final HttpClient http;

    ApiClient(Kubeconfig kubeconfig) {
        this.kubeconfig = kubeconfig;
        this.http = HttpClient.newBuilder()
                .sslContext(kubeconfig.identity().sslContext(kubeconfig.siteCa()))
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    JsonNode get(Kind<?, ?> kind, String name) {
        return send(request(kind, "/" + name).GET());
    }

    <S extends Record, T extends Record> Resource<S, T> resource(Kind<S, T> kind, String name) {
        return ResourceJson.read(kind, get(kind, name));
    }

    JsonNode list(Kind<?, ?> kind, String query) {
        return send(request(kind, query).GET());
    }

    <S extends Record, T extends Record> List<Resource<S, T>> resources(Kind<S, T> kind) {
        var resources = new ArrayList<Resource<S, T>>();
        list(kind, "").path("items").forEach(item -> resources.add(ResourceJson.read(kind, item)));
        return resources;
    }

    /** The rows and columns that the server makes of a list. */
    JsonNode table(Kind<?, ?> kind, String query) {
        return send(request(kind, query).header("Accept", TABLE).GET());
    }

    JsonNode create(Kind<?, ?> kind, ObjectNode resource) {
        return send(request(kind, "")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(resource.toString())));
    }

    JsonNode patch(Kind<?, ?> kind, String name, ObjectNode mergePatch) {
        return send(request(kind, "/" + name)
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", BodyPublishers.ofString(mergePatch.toString())));
    }

    /**
     * Asks for the deletion of exactly this resource.
     *
     * @param uid that it must have
     */
    JsonNode delete(Kind<?, ?> kind, String name, String uid) {
        var options = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "DeleteOptions");
        options.putObject("preconditions").put("uid", uid);
        return send(request(kind, "/" + name)
                .header("Content-Type", "application/json")
                .method("DELETE", BodyPublishers.ofString(options.toString())));
    }

    private HttpRequest.Builder request(Kind<?, ?> kind, String rest) {
        return HttpRequest.newBuilder(kubeconfig
                        .server()
                        .resolve("/apis/" + Kind.GROUP + "/" + Kind.VERSION + "/" + kind.plural() + rest))
                .timeout(PATIENCE);
    }

    private JsonNode send(HttpRequest.Builder request) {
        try {
            var response = http.send(request.build(), BodyHandlers.ofString());
            var body = parse(response.body());
            if (response.statusCode() < 400) {
                return body;
            }
            throw new CommandException(
                    exitCode(response.statusCode()),
                    body.path("message").asString("the server answered " + response.statusCode()));
        } catch (IOException failed) {
            throw explained(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.FAILED, "interrupted", interrupted);
        }
    }

    private JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            throw new CommandException(
                    ExitCode.FAILED,
                    kubeconfig.server() + " did not answer with JSON; is it a Garboard server's operator API?",
                    notJson);
        }
    }

    private static int exitCode(int status) {
        return switch (status) {
            case 401, 403 -> ExitCode.REFUSED;
            case 404 -> ExitCode.NOT_FOUND;
            default -> ExitCode.FAILED;
        };
    }

    private CommandException explained(IOException failed) {
        var server = kubeconfig.server();
        if (failed instanceof ConnectException || failed instanceof HttpTimeoutException) {
            return new CommandException(
                    ExitCode.UNREACHABLE,
                    "nobody answers at " + server + " (from " + kubeconfig.file()
                            + "); is the server running? `garboard serve` starts it, for the lab: garboard lab up",
                    failed);
        }
        var certificate = CertificateFailure.explain(
                failed,
                kubeconfig.identity().certificate(),
                kubeconfig.siteCa(),
                InstantSource.system().instant());
        var message = lastMessage(failed);
        return certificate
                .map(failure -> new CommandException(ExitCode.REFUSED, failure.message(), failed))
                .orElseGet(() -> new CommandException(
                        ExitCode.UNREACHABLE, "the connection to " + server + " failed: " + message, failed));
    }

    private static String lastMessage(Throwable failure) {
        @Nullable String message = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            message = cause.getMessage() == null ? message : cause.getMessage();
        }
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
