package dev.garboard.trust;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each write, done or refused, with who asked for it; the same for every API. */
public final class AuditLog {

    private static final Logger LOG = LoggerFactory.getLogger("audit");

    private AuditLog() {}

    /**
     * What was asked for.
     *
     * @param remote address that the call came from
     * @param verb as Kubernetes names it, or the method of the machine API
     * @param resource plural of a kind, or the full name of a gRPC service
     * @param name of the resource, or of the machine; empty when none was named
     */
    public record Request(Caller caller, String remote, String verb, String resource, String name, boolean dryRun) {}

    /**
     * Writes the line.
     *
     * @param status of HTTP, or of gRPC
     * @param reason empty when it was done
     */
    public static void write(Request request, String status, String reason) {
        LOG.atInfo()
                .addKeyValue("caller", request.caller().name())
                .addKeyValue("roles", request.caller().rolesInWords())
                .addKeyValue("remote", request.remote())
                .addKeyValue("verb", request.verb())
                .addKeyValue("resource", request.resource())
                .addKeyValue("name", request.name())
                .addKeyValue("dryRun", request.dryRun())
                .addKeyValue("status", status)
                .addKeyValue("reason", reason)
                .log(reason.isEmpty() ? "resource written" : "write refused");
    }
}
