package dev.garboard.httpboot;

/** Is told of every answer. Called on an event loop, so it must not block. */
@FunctionalInterface
public interface BootEvents {

    /** Takes one answer, after its last byte or after the client went away. */
    void served(Served served);

    /**
     * A connection was closed before it asked for anything.
     *
     * @param reason such as {@code TooManyFromAddress}
     */
    default void refused(String reason) {}
}
