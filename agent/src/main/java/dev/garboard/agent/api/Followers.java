package dev.garboard.agent.api;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Threads for calls that stay open; a bounded number, because each holds a thread of the node. */
final class Followers {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.api");
    private static final int LIMIT = 32;

    private final Semaphore places = new Semaphore(LIMIT);

    /** Sends a stream. */
    interface Sender<T> {
        void send(BlockingStream<T> stream) throws InterruptedException;
    }

    <T> void follow(String name, StreamObserver<T> observer, Sender<T> sender) {
        if (!places.tryAcquire()) {
            observer.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription(LIMIT + " streams are open on this node, which is the limit; close one")
                    .asRuntimeException());
            return;
        }
        var stream = BlockingStream.over(observer);
        Thread.ofPlatform().name(name).daemon().start(() -> {
            try {
                sender.send(stream);
                stream.complete();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            } catch (StatusRuntimeException refused) {
                observer.onError(refused);
            } catch (RuntimeException | OutOfMemoryError | StackOverflowError failed) {
                // Whatever a caller provokes ends this call and no more: an error in a thread of its own would restart
                // the node.
                LOG.warn("{} failed", name, failed);
                observer.onError(Status.INTERNAL
                        .withDescription(String.valueOf(failed.getMessage()))
                        .asRuntimeException());
            } finally {
                places.release();
            }
        });
    }
}
