package dev.garboard.fleet;

/** Hears of everything that nodes and callers asked, for metrics. */
@FunctionalInterface
public interface FleetEvents {

    /**
     * Called once an event; must not block.
     *
     * @param event {@code enroll}, {@code renew}, {@code connect}, {@code stream}, {@code forward}, {@code call} or
     *     {@code connection}
     * @param outcome one of a few fixed words, such as {@code accepted}, or the reason of a refusal
     */
    void happened(String event, String outcome);
}
