package dev.garboard.server;

/** The configuration cannot be used; the message names the file, the key, what was found and the remedy. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ConfigException(String message) {
        super(message);
    }
}
