package dev.garboard.operatorapi;

import dev.garboard.inventory.InvalidResourceException;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.NoStatus;
import dev.garboard.inventory.ObjectMeta;
import dev.garboard.inventory.OperatorCertificateSpec;
import dev.garboard.inventory.OperatorCertificateSpec.Reach;
import dev.garboard.inventory.OperatorCertificateSpec.Revoked;
import dev.garboard.inventory.RawRow;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceExistsException;
import dev.garboard.inventory.ResourceStore;
import dev.garboard.inventory.ServingPart;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.RevocationFile;
import dev.garboard.trust.RevocationGate;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TrustException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is revoked, kept in three places, each of which makes up for another: the book in the database, a file beside the site CA, and the
 * gate in memory. What one of them knows, all of them know soon; none of them forgets because another does. So a database that is put back
 * takes back no revocation. A row of the book that cannot be read counts as a revoked one too, as long as this process lives: it may be one,
 * and nobody can tell.
 */
final class Revocations {

    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);
    private static final String DAMAGED = "damaged revocation file";

    private final ResourceStore store;
    private final RevocationFile file;
    private final RevocationGate gate;
    private final ServingPart part;
    private final InstantSource clock;
    /** By serial number, what the book or the file said; what a row that cannot be read might say is not among them. */
    private final Map<String, Revocation> said = new ConcurrentHashMap<>();

    private Set<Map.Entry<String, String>> written = Set.of();
    private boolean complete;
    private int restored;
    private volatile Runnable changed = () -> {};

    /** Reads the file; the gate knows what it says when this returns. */
    Revocations(ResourceStore store, RevocationFile file, RevocationGate gate, ServingPart part, InstantSource clock) {
        this.store = store;
        this.file = file;
        this.gate = gate;
        this.part = part;
        this.clock = clock;
        var content = file.read(last());
        content.revoked().forEach(this::remember);
        gate.learn(content.revoked());
        var damaged = new HashMap<String, String>();
        for (int i = 0; i < content.damaged().size(); i++) {
            damaged.put(
                    file.path().getFileName() + " " + (i + 1),
                    "\"" + content.damaged().get(i)
                            + "\" is no revocation; what it names counts as revoked as far as it"
                            + " can be told. A copy is kept beside it: revoke again what it named");
        }
        store.setAside().replace(DAMAGED, damaged);
    }

    void onRevoked(Runnable listener) {
        changed = listener;
    }

    /** No certificate of a person that exists now lasts longer. */
    private Instant last() {
        return clock.instant().plus(SiteAuthority.OPERATOR_VALIDITY);
    }

    /** A row of the book as it is now. */
    void noted(Resource<OperatorCertificateSpec, NoStatus> certificate) {
        of(certificate).ifPresent(revocation -> {
            remember(revocation);
            keep();
            learn(List.of(revocation));
        });
    }

    private void remember(Revocation one) {
        said.merge(one.serial(), one, (known, also) -> also.keyDigest().isEmpty() ? known : also);
    }

    private static Optional<Revocation> of(Resource<OperatorCertificateSpec, NoStatus> certificate) {
        var spec = certificate.spec();
        return spec.revoked() == null
                ? Optional.empty()
                : Optional.of(new Revocation(certificate.name(), spec.keyDigest(), spec.notAfter()));
    }

    private void learn(Collection<Revocation> revoked) {
        if (gate.learn(revoked)) {
            changed.run();
        }
    }

    /** Reads the whole book, and brings book, gate and file to the same. */
    void look() {
        var now = clock.instant();
        said.values().removeIf(one -> one.isOver(now));
        var book = store.list(Kinds.OPERATOR_CERTIFICATE);
        var revoked = new ArrayList<Revocation>();
        book.items().forEach(one -> of(one).ifPresent(revoked::add));
        revoked.forEach(this::remember);
        var inBook = revoked.stream().map(Revocation::serial).collect(Collectors.toSet());
        book.unreadable().forEach((name, body) -> unreadable(name, body).ifPresent(revoked::add));
        learn(revoked);
        said.values().stream()
                .filter(one ->
                        !inBook.contains(one.serial()) && !book.unreadable().containsKey(one.serial()))
                .sorted(Comparator.comparing(Revocation::serial))
                .forEach(this::restore);
        synchronized (this) {
            complete = true;
        }
        keep();
    }

    /** Fails closed: it may be a revoked one, and nobody can tell. */
    private Optional<Revocation> unreadable(String name, String body) {
        var digest = RawRow.word(body, "keyDigest")
                .filter(found -> found.matches("[0-9a-f]{64}"))
                .orElse("");
        try {
            return Optional.of(new Revocation(name, digest, last()));
        } catch (TrustException noSerial) {
            // Then it names no certificate; that it is there and cannot be read is said by the store.
            return Optional.empty();
        }
    }

    /** The database does not know it: it is older than what this server knew, or lost a row. */
    private void restore(Revocation one) {
        var reason = "was revoked before; the database had forgotten it, as one does that was put back from a backup";
        var taken = new Revoked(clock.instant(), "garboard-server", reason, Reach.ALONE);
        var forgotten = new AtomicBoolean();
        try {
            if (store.get(Kinds.OPERATOR_CERTIFICATE, one.serial()).isEmpty()) {
                store.create(new Resource<>(
                        Kinds.OPERATOR_CERTIFICATE,
                        ObjectMeta.named(one.serial()),
                        OperatorCertificateSpec.unknown(one.notAfter())
                                .withKeyDigest(one.keyDigest())
                                .withRevoked(taken),
                        new NoStatus()));
                forgotten.set(true);
            } else {
                store.update(Kinds.OPERATOR_CERTIFICATE, one.serial(), stored -> {
                    forgotten.set(stored.spec().revoked() == null);
                    return stored.withSpec(stored.spec().alsoRevoked(taken));
                });
            }
        } catch (ResourceExistsException another) {
            // Another server was faster.
            return;
        } catch (InvalidResourceException refused) {
            LOG.atWarn()
                    .addKeyValue("serial", one.serial())
                    .addKeyValue("reason", refused.getMessage())
                    .log("revoked, but the book does not take it; it stays refused");
            return;
        }
        if (forgotten.get()) {
            restored++;
            part.note("the database had forgotten " + restored + " revocations that this server knew; they were entered"
                    + " again. It was put back from an older backup: look what else it lacks");
            LOG.atError()
                    .addKeyValue("serial", one.serial())
                    .addKeyValue("known-from", file.path())
                    .log("the database had forgotten a revocation; it was entered again");
        }
    }

    /** Writes the file when it says anything else than what is known. */
    private synchronized void keep() {
        if (!complete) {
            return;
        }
        var revoked = List.copyOf(said.values());
        var now = revoked.stream()
                .map(one -> Map.entry(one.serial(), one.keyDigest()))
                .collect(Collectors.toSet());
        if (now.equals(written)) {
            return;
        }
        try {
            file.write(revoked);
            written = now;
        } catch (RuntimeException failed) {
            // Revoked all the same, in the database and here; tried again with the next look.
            LOG.atError()
                    .addKeyValue("file", file.path())
                    .setCause(failed)
                    .log("what was revoked is not in its file, and would be lost with the database");
        }
    }
}
