package dev.garboard.agent.api;

import com.sun.jna.Pointer;
import dev.garboard.agentapi.v1.CrashRequest;
import dev.garboard.agentapi.v1.CrashResponse;
import dev.garboard.agentapi.v1.FaultServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Faults on purpose. Offered only by images that carry the permission in their verity root. */
public final class FaultApi extends FaultServiceGrpc.FaultServiceImplBase {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.api");
    private static final Duration ANSWER_LEAVES = Duration.ofMillis(300);
    private static final int CHUNK = 1 << 20;
    private static final Object[] NOTHING = {};

    private final Consumer<Throwable> fatal;
    private final Runnable exit;
    private volatile Object[] hoard = NOTHING;

    /**
     * Faults of this process.
     *
     * @param fatal what happens to an error that nothing caught
     * @param exit ends the process
     */
    public FaultApi(Consumer<Throwable> fatal, Runnable exit) {
        this.fatal = fatal;
        this.exit = exit;
    }

    @Override
    public void crash(CrashRequest request, StreamObserver<CrashResponse> out) {
        Runnable fault = switch (request.getKind()) {
            case KIND_THROW -> () -> fatal.accept(new AssertionError("thrown on purpose"));
            case KIND_EXIT -> exit;
            case KIND_OOM -> this::fillHeap;
            case KIND_SIGSEGV -> () -> new Pointer(0).setByte(0, (byte) 0);
            case KIND_UNSPECIFIED, UNRECOGNIZED -> null;
        };
        if (fault == null) {
            out.onError(Status.INVALID_ARGUMENT
                    .withDescription("kind is " + request.getKindValue() + ", expected THROW, EXIT, OOM or SIGSEGV")
                    .asRuntimeException());
            return;
        }
        LOG.warn("fault on purpose: {}", request.getKind());
        out.onNext(CrashResponse.getDefaultInstance());
        out.onCompleted();
        Thread.ofPlatform().name("fault").start(() -> {
            try {
                Thread.sleep(ANSWER_LEAVES);
                fault.run();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void fillHeap() {
        try {
            while (true) {
                hoard = new Object[] {hoard, new byte[CHUNK]};
            }
        } catch (OutOfMemoryError full) {
            hoard = NOTHING;
            fatal.accept(full);
        }
    }
}
