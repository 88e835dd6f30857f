package dev.garboard.agent.kubernetes.containers;

/** containerd did not answer, or refused. */
final class ContainerdException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ContainerdException(String message, Throwable cause) {
        super(message, cause);
    }
}
