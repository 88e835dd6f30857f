package dev.garboard.server;

import dev.garboard.inventory.ServingLoop;
import dev.garboard.inventory.ServingPart;
import dev.garboard.tftp.TftpConfig;
import dev.garboard.tftp.TftpEvents;
import dev.garboard.tftp.TftpFiles;
import dev.garboard.tftp.TftpListener;
import java.time.Duration;

/** TFTP, bound again when its socket is lost. */
final class TftpService implements AutoCloseable {

    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);

    private final TftpConfig config;
    private final TftpFiles files;
    private final TftpEvents events;
    private final ServingLoop loop;
    private TftpListener listener;
    private boolean closed;

    /**
     * Binds at once.
     *
     * @throws dev.garboard.tftp.TftpBindException when that is impossible
     */
    TftpService(TftpConfig config, TftpFiles files, TftpEvents events, ServingPart part) {
        this.config = config;
        this.files = files;
        this.events = events;
        this.listener = TftpListener.bind(config, files, events);
        part.worked();
        this.loop = ServingLoop.start(part, LOOK_EVERY, this::look);
    }

    private synchronized void look() {
        if (!closed && !listener.isOpen()) {
            listener.close();
            listener = TftpListener.bind(config, files, events);
        }
    }

    @Override
    public void close() {
        loop.close();
        stop();
    }

    private synchronized void stop() {
        closed = true;
        listener.close();
    }
}
