package dev.garboard.dhcp.server;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where leases outlive the server. An implementation may commit many at once. */
public interface LeaseJournal {

    /**
     * Stores a lease under its address, in place of an older one; a released lease comes with an expiry that has passed.
     * Completes when it is on disk: only then the client is told.
     */
    CompletionStage<Void> commit(Lease lease);

    /** Every lease of the subnet that is stored, expired ones too: a machine that comes back gets its address back. */
    List<Lease> load(String subnet);
}
