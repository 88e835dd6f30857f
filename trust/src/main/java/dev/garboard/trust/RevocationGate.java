package dev.garboard.trust;

import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Refuses certificates that were revoked, and ends what their bearers have open at the moment they are. What it has learned it keeps:
 * a list that lacks a certificate takes nothing back. Safe for use by several threads.
 */
public final class RevocationGate {

    private final InstantSource clock;
    private final Consumer<X509Certificate> admitted;
    private final Map<String, Revocation> bySerial = new ConcurrentHashMap<>();
    private final Set<Open> open = ConcurrentHashMap.newKeySet();
    private volatile Set<String> keys = Set.of();
    private volatile boolean informed;

    /** Something that runs for a caller; closed when it has ended by itself. */
    public interface Admission extends AutoCloseable {
        @Override
        void close();
    }

    private record Open(String serial, String keyDigest, Runnable cut) {}

    private RevocationGate(boolean informed, InstantSource clock, Consumer<X509Certificate> admitted) {
        this.informed = informed;
        this.clock = clock;
        this.admitted = admitted;
    }

    /** Knows from the beginning that nothing is revoked. */
    public static RevocationGate informed(InstantSource clock) {
        return new RevocationGate(true, clock, _ -> {});
    }

    /** As {@link #informed(InstantSource)}; also hands on every certificate that it lets pass, which must not block. */
    public static RevocationGate informed(InstantSource clock, Consumer<X509Certificate> admitted) {
        return new RevocationGate(true, clock, admitted);
    }

    /** Has heard nothing yet; people are not let in before it has. */
    public static RevocationGate waiting(InstantSource clock) {
        return new RevocationGate(false, clock, _ -> {});
    }

    /** Whether it was told what is revoked, be it nothing. */
    public boolean isInformed() {
        return informed;
    }

    /**
     * Takes these as revoked from now on, and ends what runs for them.
     *
     * @return whether a certificate or a key is among them that was not known as revoked
     */
    public boolean learn(Collection<Revocation> revoked) {
        var now = clock.instant();
        boolean learnt = false;
        synchronized (this) {
            bySerial.values().removeIf(known -> known.isOver(now));
            for (var one : revoked) {
                var known = bySerial.get(one.serial());
                boolean says = known == null
                        || (known.keyDigest().isEmpty() && !one.keyDigest().isEmpty());
                if (says && !one.isOver(now)) {
                    bySerial.put(one.serial(), one);
                    learnt = true;
                }
            }
            // The empty digest of an unknown key may be among them: no certificate has it.
            keys = bySerial.values().stream().map(Revocation::keyDigest).collect(Collectors.toSet());
            informed = true;
        }
        for (var running : List.copyOf(open)) {
            if (isRevoked(running.serial(), running.keyDigest()) && open.remove(running)) {
                running.cut().run();
            }
        }
        return learnt;
    }

    /** What is revoked and not over. */
    public Collection<Revocation> revoked() {
        return new ArrayList<>(bySerial.values());
    }

    /** Why the bearer is not let in, or empty. */
    public Optional<CertificateFailure> refusal(X509Certificate certificate) {
        return isRevoked(Revocation.serialOf(certificate), Revocation.keyDigestOf(certificate))
                ? Optional.of(CertificateFailure.revoked(certificate))
                : Optional.empty();
    }

    private boolean isRevoked(String serial, String keyDigest) {
        return bySerial.containsKey(serial) || keys.contains(keyDigest);
    }

    /**
     * Notes something that runs for a caller, until it is closed.
     *
     * @param cut ends it; called once at most, on another thread, at once when the certificate is revoked already
     */
    public Admission admit(X509Certificate certificate, Runnable cut) {
        var running = new Open(Revocation.serialOf(certificate), Revocation.keyDigestOf(certificate), cut);
        open.add(running);
        admitted.accept(certificate);
        // A revocation may have come between the caller's check and this note.
        if (isRevoked(running.serial(), running.keyDigest()) && open.remove(running)) {
            cut.run();
        }
        return () -> open.remove(running);
    }
}
