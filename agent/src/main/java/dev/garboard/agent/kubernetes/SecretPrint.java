package dev.garboard.agent.kubernetes;

import dev.garboard.trust.Sha256;
import org.jspecify.annotations.Nullable;

/** A short print of a secret by which a change is seen, and which may be kept and compared. */
final class SecretPrint {

    private SecretPrint() {}

    static String of(byte @Nullable [] secret) {
        return secret == null ? "" : Sha256.of(secret);
    }
}
