package dev.garboard.tftp;

/** Is told what happened. Called on an event loop, so it must not block. */
@FunctionalInterface
public interface TftpEvents {

    /** Takes one event. */
    void happened(TftpEvent event);
}
