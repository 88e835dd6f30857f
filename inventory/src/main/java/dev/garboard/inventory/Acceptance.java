package dev.garboard.inventory;

/** Whether a machine is one of ours. In JSON {@code Pending}, {@code Accepted}, {@code Rejected}. */
public enum Acceptance {
    PENDING,
    ACCEPTED,
    REJECTED
}
