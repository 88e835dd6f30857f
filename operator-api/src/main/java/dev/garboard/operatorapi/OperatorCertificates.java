package dev.garboard.operatorapi;

import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.OperatorCertificateSpec;
import dev.garboard.inventory.OperatorCertificateSpec.Revoked;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceExistsException;
import dev.garboard.inventory.ResourceMirror;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.trust.Caller;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
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
 * first administrator's), takes them back, and tells the gate and the nodes.
 */
public final class OperatorCertificates implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OperatorCertificates.class);

    private final ResourceStore store;
    private final SiteAuthority authority;
    private final InstantSource clock;
    private final RevocationGate gate;
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    private final ResourceMirror<OperatorCertificateSpec, NoStatus> mirror;
    private volatile Runnable changed = () -> {};

    private OperatorCertificates(ResourceStore store, SiteAuthority authority, InstantSource clock) {
        this.store = store;
        this.authority = authority;
        this.clock = clock;
        this.gate = RevocationGate.informed(clock, this::used);
        this.mirror = ResourceMirror.start(store, Kinds.OPERATOR_CERTIFICATE, (_, after) -> noted(after));
    }

    /** Opens the book; what is revoked is known to the gate when this returns. */
    public static OperatorCertificates open(ResourceStore store, SiteAuthority authority, InstantSource clock) {
        return new OperatorCertificates(store, authority, clock);
    }

    /** Knows what is revoked, whichever server of the site it was done on. */
    public RevocationGate gate() {
        return gate;
    }

    /** Called after each revocation, on the thread of the store's watch. */
    public void onRevoked(Runnable listener) {
        changed = listener;
    }

    private void noted(@Nullable Resource<OperatorCertificateSpec, NoStatus> certificate) {
        if (certificate == null) {
            return;
        }
        known.add(certificate.name());
        var spec = certificate.spec();
        if (spec.revoked() != null) {
            gate.learn(List.of(new Revocation(certificate.name(), spec.keyDigest(), spec.notAfter())));
            changed.run();
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

    private Resource<OperatorCertificateSpec, NoStatus> note(X509Certificate certificate, String issuedBy) {
        var caller = Caller.of(certificate);
        var spec = new OperatorCertificateSpec(
                caller.name(),
                caller.rolesInWords(),
                Revocation.keyDigestOf(certificate),
                certificate.getNotAfter().toInstant(),
                issuedBy,
                null);
        return note(Revocation.serialOf(certificate), spec);
    }

    private Resource<OperatorCertificateSpec, NoStatus> note(String serial, OperatorCertificateSpec spec) {
        try {
            return store.create(
                    new Resource<>(Kinds.OPERATOR_CERTIFICATE, ObjectMeta.named(serial), spec, new NoStatus()));
        } catch (ResourceExistsException noted) {
            return store.get(Kinds.OPERATOR_CERTIFICATE, serial).orElseThrow(() -> noted);
        }
    }

    /**
     * Issues a certificate and notes it.
     *
     * @param request PKCS #10 in DER
     * @throws dev.garboard.trust.TrustException when it cannot be issued
     */
    List<X509Certificate> issue(String subject, Role role, byte[] request, Duration validity, Caller by) {
        var chain = authority.issueOperator(subject, role, request, validity);
        note(chain.getFirst(), by.name());
        return chain;
    }

    /** Takes a certificate back; one that is not in the book is noted first, as far as it is known. */
    Resource<OperatorCertificateSpec, NoStatus> revoke(
            String serial, @Nullable X509Certificate certificate, Caller by, String reason) {
        if (certificate != null) {
            note(certificate, "not recorded");
        } else if (store.get(Kinds.OPERATOR_CERTIFICATE, serial).isEmpty()) {
            // No certificate of a person lasts longer.
            var last = clock.instant().plus(SiteAuthority.OPERATOR_VALIDITY);
            note(serial, new OperatorCertificateSpec("", "", "", last, "not recorded", null));
        }
        var taken = new Revoked(clock.instant(), by.name(), reason);
        var revoked = store.update(
                Kinds.OPERATOR_CERTIFICATE,
                serial,
                stored -> stored.spec().revoked() != null
                        ? stored
                        : stored.withSpec(stored.spec().withRevoked(taken)));
        var spec = revoked.spec();
        // Here at once; on the site's other servers by their watch.
        gate.learn(List.of(new Revocation(serial, spec.keyDigest(), spec.notAfter())));
        return revoked;
    }

    @Override
    public void close() {
        mirror.close();
    }
}
