package dev.garboard.agent.kubernetes.controlplane;

import java.util.Objects;

/** An etcd member that refused a call or was not reached. */
final class EtcdException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EtcdException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    /** Another member follows already and does not vote yet; members are added one at a time. */
    boolean isTooManyLearners() {
        return getMessage().contains("too many learner members");
    }

    /** The learner has not caught up with the leader yet. */
    boolean isNotInSync() {
        return getMessage().contains("in sync with leader");
    }

    /** The member is a voter already. */
    boolean isNotLearner() {
        return getMessage().contains("can only promote a learner member") && !isNotInSync();
    }
}
