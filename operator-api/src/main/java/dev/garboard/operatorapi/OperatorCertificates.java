package dev.garboard.operatorapi;

import dev.garboard.inventory.InvalidResourceException;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.OperatorCertificateSpec;
import dev.garboard.inventory.OperatorCertificateSpec.Reach;
import dev.garboard.inventory.OperatorCertificateSpec.Revoked;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceExistsException;
import dev.garboard.inventory.ResourceMirror;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.inventory.ServingLoop;
import dev.garboard.inventory.ServingPart;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.RevocationFile;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TrustException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The book of people's certificates: issues them, notes each one that is used and was not noted (those from before the book, and the
 * first administrator's), takes them back with what was issued with them, and tells {@link Revocations}.
 */
public final class OperatorCertificates implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OperatorCertificates.class);

    /** How often the book is read as a whole, beside its watch: finds what cannot be read, what was lost, and what was left half done. */
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private final ResourceStore store;
    private final SiteAuthority authority;
    private final InstantSource clock;
    private final RevocationGate gate;
    private final Revocations revocations;
    private final ServingPart part;
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final ResourceMirror<OperatorCertificateSpec, NoStatus> mirror;
    private final ServingLoop loop;

    private OperatorCertificates(
            ResourceStore store, SiteAuthority authority, RevocationFile file, InstantSource clock) {
        this.store = store;
        this.authority = authority;
        this.clock = clock;
        this.gate = RevocationGate.informed(clock, this::used);
        this.part = store.parts().part("operator-certificates");
        this.revocations = new Revocations(store, file, gate, part, clock);
        this.mirror = ResourceMirror.start(store, Kinds.OPERATOR_CERTIFICATE, (_, after) -> noted(after));
        try {
            look();
        } catch (RuntimeException failed) {
            mirror.close();
            throw failed;
        }
        this.loop = ServingLoop.start(part, LOOK_EVERY, this::look);
    }

    /**
     * Opens the book; what is revoked is known to the gate when this returns.
     *
     * @param file what this server knew to be revoked, whatever the database says now
     */
    public static OperatorCertificates open(
            ResourceStore store, SiteAuthority authority, RevocationFile file, InstantSource clock) {
        return new OperatorCertificates(store, authority, file, clock);
    }

    /** Knows what is revoked, whichever server of the site it was done on. */
    public RevocationGate gate() {
        return gate;
    }

    /** Called after something was revoked, on the thread that did it or heard of it. */
    public void onRevoked(Runnable listener) {
        revocations.onRevoked(listener);
    }

    private synchronized void look() {
        revocations.look();
        revokeSuccessors();
    }

    private void noted(@Nullable Resource<OperatorCertificateSpec, NoStatus> certificate) {
        if (certificate != null) {
            known.add(certificate.name());
            revocations.noted(certificate);
        }
    }

    /** Somebody was let in with it; the store is written on another thread. */
    private void used(X509Certificate certificate) {
        var serial = Revocation.serialOf(certificate);
        if (!Caller.of(certificate).may(Role.READER) || !known.add(serial)) {
            return;
        }
        Thread.ofVirtual().name("certificate-" + serial).start(() -> {
            try {
                note(certificate, "not recorded; first used " + clock.instant());
            } catch (RuntimeException failed) {
                known.remove(serial);
                LOG.atWarn().addKeyValue("serial", serial).setCause(failed).log("certificate not noted");
            }
        });
    }

    private void note(X509Certificate certificate, String issuedBy) {
        note(Revocation.serialOf(certificate), spec(certificate, issuedBy, null, null));
    }

    private static OperatorCertificateSpec spec(
            X509Certificate certificate, String issuedBy, @Nullable String issuedWith, @Nullable String renews) {
        var caller = Caller.of(certificate);
        return new OperatorCertificateSpec(
                caller.name(),
                caller.rolesInWords(),
                Revocation.keyDigestOf(certificate),
                certificate.getNotAfter().toInstant(),
                issuedBy,
                issuedWith,
                renews,
                null);
    }

    private void note(String serial, OperatorCertificateSpec spec) {
        try {
            enter(serial, spec);
        } catch (ResourceExistsException noted) {
            // As it is to be.
        }
    }

    private void enter(String serial, OperatorCertificateSpec spec) {
        store.create(new Resource<>(Kinds.OPERATOR_CERTIFICATE, ObjectMeta.named(serial), spec, new NoStatus()));
    }

    /**
     * What is asked for.
     *
     * @param shown the certificate that it is asked for with
     * @param renewal whether it is to replace that one; then that one must not have been renewed yet
     */
    record Wanted(String subject, Role role, Duration validity, Caller by, X509Certificate shown, boolean renewal) {}

    /**
     * Issues a certificate and notes it; one that cannot be noted is given to nobody.
     *
     * @param request PKCS #10 in DER
     * @throws TrustException when it cannot be issued
     * @throws InvalidResourceException when there are too many, or the one shown was renewed already
     */
    List<X509Certificate> issue(Wanted wanted, byte[] request) {
        var with = Revocation.serialOf(wanted.shown());
        note(wanted.shown(), "not recorded");
        var chain = authority.issueOperator(wanted.subject(), wanted.role(), request, wanted.validity());
        var issued = chain.getFirst();
        if (gate.refusal(issued).isPresent()) {
            throw new TrustException("the key of the request is that of a revoked certificate; make a new one");
        }
        enter(Revocation.serialOf(issued), spec(issued, wanted.by().name(), with, wanted.renewal() ? with : null));
        return chain;
    }

    /** Takes a certificate back; one that is not in the book, or cannot be read in it, is noted first, as far as it is known. */
    synchronized Resource<OperatorCertificateSpec, NoStatus> revoke(
            String serial, @Nullable X509Certificate certificate, Caller by, String reason, Reach reach) {
        // It counts as revoked; now it is said who wants it so.
        store.discardUnreadable(Kinds.OPERATOR_CERTIFICATE, serial);
        if (certificate != null) {
            note(certificate, "not recorded");
        } else {
            // No certificate of a person lasts longer.
            note(serial, OperatorCertificateSpec.unknown(clock.instant().plus(SiteAuthority.OPERATOR_VALIDITY)));
        }
        var revoked = revoke(serial, new Revoked(clock.instant(), by.name(), reason, reach));
        // Here at once; on the site's other servers by their watch.
        revocations.noted(revoked);
        revokeSuccessors();
        return revoked;
    }

    private Resource<OperatorCertificateSpec, NoStatus> revoke(String serial, Revoked taken) {
        return store.update(
                Kinds.OPERATOR_CERTIFICATE,
                serial,
                stored -> stored.withSpec(stored.spec().alsoRevoked(taken)));
    }

    /** Decided from what is stored, so that a server that died in between, or another one, goes on with it. */
    private void revokeSuccessors() {
        var book = store.list(Kinds.OPERATOR_CERTIFICATE);
        Successors.ofRevoked(book.items(), book.unreadable()).forEach((serial, ancestor) -> {
            var first = ancestor.spec().revoked();
            if (first != null) {
                var reason = "issued with " + ancestor.name() + ", or for its key: " + first.reason();
                revocations.noted(revoke(serial, new Revoked(clock.instant(), first.by(), reason, first.reach())));
                LOG.atWarn()
                        .addKeyValue("serial", serial)
                        .addKeyValue("with", ancestor.name())
                        .log("revoked, because it was issued with a revoked certificate, or for its key");
            }
        });
    }

    @Override
    public void close() {
        loop.close();
        mirror.close();
        store.parts().forget(part);
    }
}
