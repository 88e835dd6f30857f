package dev.garboard.operatorapi;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each write, done or refused, with who asked for it. */
final class AuditLog {

    private static final Logger LOG = LoggerFactory.getLogger("audit");

    private AuditLog() {}

    static void write(ApiCall call, Verb verb, Target target, @Nullable String name, int status, String reason) {
        LOG.atInfo()
                .addKeyValue("caller", call.caller().name())
                .addKeyValue("roles", call.caller().rolesInWords())
                .addKeyValue("remote", call.remote())
                .addKeyValue("verb", verb.word())
                .addKeyValue("resource", target.kind().plural())
                .addKeyValue("name", name == null ? "" : name)
                .addKeyValue("dryRun", call.query().containsKey("dryRun"))
                .addKeyValue("status", status)
                .addKeyValue("reason", reason)
                .log(status < 400 ? "resource written" : "write refused");
    }
}
