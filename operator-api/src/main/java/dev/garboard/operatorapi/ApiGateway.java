package dev.garboard.operatorapi;

import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.operatorapi.WatchSession.Sink;
import dev.garboard.trust.AuditLog;
import dev.garboard.trust.Caller;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.Role;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a call to its answer: who asks, what for, whether they may. Blocks: called on virtual threads only. */
final class ApiGateway {

    private static final Logger LOG = LoggerFactory.getLogger(ApiGateway.class);

    private final ResourceStore store;
    private final ResourceApi resources;
    private final CertificateApi certificates;
    private final RevocationGate gate;
    private final InstantSource clock;
    private final ApiEvents events;
    private final Duration maxWatchTime;

    ApiGateway(
            ResourceStore store,
            CertificateApi certificates,
            RevocationGate gate,
            InstantSource clock,
            ApiEvents events,
            Duration maxWatchTime) {
        this.certificates = certificates;
        this.gate = gate;
        this.store = store;
        this.resources = new ResourceApi(store, clock);
        this.clock = clock;
        this.events = events;
        this.maxWatchTime = maxWatchTime;
    }

    /** What a watch needs besides its call. */
    interface Watching {

        /** Reached when the caller is gone, or the server stops. */
        CountDownLatch ended();

        /**
         * Takes a place among the watches.
         *
         * @throws RefusedException when there are too many
         */
        Sink open();
    }

    /** The answer; empty when the call was a watch, which has ended then. */
    Optional<ApiAnswer> answer(ApiCall call, Watching watching) {
        long started = System.nanoTime();
        try {
            checkIsPerson(call.caller());
            var target = Target.parse(call.path());
            if (target.isPresent()) {
                return answer(call, target.get(), watching, started);
            }
            var review = AccessReviews.answer(call);
            if (review.isPresent()) {
                return review;
            }
            return Optional.of(Discovery.answer(plainRead(call))
                    .orElseThrow(() -> new RefusedException(Refusal.noSuchPath(call.path()))));
        } catch (RefusedException refused) {
            return Optional.of(refused(refused.refusal()));
        } catch (ResponseSink.CallerGoneException gone) {
            throw gone;
        } catch (RuntimeException fault) {
            return Optional.of(refused(broken(call, fault)));
        }
    }

    /** Counts a refusal and makes its answer. */
    ApiAnswer refused(Refusal refusal) {
        events.refused(refusal.reason());
        return ApiAnswer.refused(refusal);
    }

    private Optional<ApiAnswer> answer(ApiCall call, Target target, Watching watching, long started) {
        var verb = target.verb(call);
        if (verb == Verb.WATCH) {
            authorize(call, verb, target);
            events.answered(verb.word(), target.kind().plural(), 200, since(started));
            var ended = watching.ended();
            try (var _ = gate.admit(call.shown(), ended::countDown)) {
                new WatchSession(store, clock, call, target.kind(), watching.open(), ended).run(call, maxWatchTime);
            }
            return Optional.empty();
        }
        var answer = write(call, verb, target);
        events.answered(verb.word(), target.kind().plural(), answer.status(), since(started));
        return Optional.of(answer);
    }

    private ApiAnswer write(ApiCall call, Verb verb, Target target) {
        var name = verb == Verb.CREATE ? Bodies.nameHint(call) : target.name();
        try {
            // Its body may have come long after its sender was let in.
            Callers.requireValid(call.shown(), gate);
            authorize(call, verb, target);
            // Noted for the book of certificates; what is done in a moment cannot be cut.
            gate.admit(call.shown(), () -> {}).close();
            var answer = target.kind().equals(Kinds.OPERATOR_CERTIFICATE) && verb.isWrite()
                    ? certificates.answer(call, verb, target.name())
                    : resources.answer(call, verb, target.kind(), target.name());
            audit(call, verb, target, name, answer.status(), "");
            return answer;
        } catch (RefusedException refused) {
            var refusal = refused.refusal();
            audit(call, verb, target, name, refusal.code(), refusal.reason());
            return refused(refusal);
        } catch (RuntimeException fault) {
            audit(call, verb, target, name, 500, "InternalError");
            return refused(broken(call, fault));
        }
    }

    private static void audit(
            ApiCall call, Verb verb, Target target, @Nullable String name, int status, String reason) {
        if (verb.isWrite()) {
            AuditLog.write(
                    new AuditLog.Request(
                            call.caller(),
                            call.remote(),
                            verb.word(),
                            target.kind().plural(),
                            name == null ? "" : name,
                            call.query().containsKey("dryRun")),
                    String.valueOf(status),
                    reason);
        }
    }

    private static void authorize(ApiCall call, Verb verb, Target target) {
        var needed = ApiRoles.needed(verb, target.kind());
        if (!call.caller().may(needed)) {
            throw new RefusedException(Refusal.forbidden(call.caller().name() + " cannot " + verb.word() + " "
                    + target.kind().plural() + ": that takes the role " + needed.word() + ", the certificate says "
                    + call.caller().rolesInWords()));
        }
    }

    /** Nodes and servers have certificates of the site too, but nothing to look for here. */
    private static void checkIsPerson(Caller caller) {
        if (!caller.may(Role.READER)) {
            throw new RefusedException(Refusal.forbidden(caller.describe()
                    + " may not use this API: it takes the role reader, operator or admin (the organisation in the"
                    + " certificate, for example O=garboard:reader)"));
        }
    }

    private static ApiCall plainRead(ApiCall call) {
        if (!call.method().equals("GET")) {
            throw new RefusedException(
                    Refusal.methodNotAllowed(call.method() + " is not possible on " + call.path() + "; GET is"));
        }
        return call;
    }

    private static Refusal broken(ApiCall call, RuntimeException fault) {
        LOG.atError()
                .addKeyValue("method", call.method())
                .addKeyValue("path", call.path())
                .setCause(fault)
                .log("request failed");
        return Refusal.internal("the server failed: " + fault.getMessage() + "; its log has the details");
    }

    private static Duration since(long started) {
        return Duration.ofNanos(System.nanoTime() - started);
    }
}
