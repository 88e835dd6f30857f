package dev.garboard.operatorapi;

/** Carries a refusal from where it was found to where it is answered. */
final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    RefusedException(Refusal refusal) {
        // A refusal is an answer, not a fault: nobody reads its stack trace.
        super(refusal.message(), null, false, false);
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }
}
