package dev.garboard.fleet;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.v1.EnrollResponse;
import dev.garboard.trust.Pem;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.nio.charset.StandardCharsets;

/** What one machine that asks to enrol is told. Changes come from the watch, and gRPC's streams are not made for several threads. */
final class EnrollStream {

    private final ServerCallStreamObserver<EnrollResponse> observer;

    EnrollStream(ServerCallStreamObserver<EnrollResponse> observer) {
        this.observer = observer;
    }

    /** Calls back when the machine has gone, or its stream was cut. */
    void onGone(Runnable gone) {
        observer.setOnCancelHandler(gone);
    }

    boolean isGone() {
        return observer.isCancelled();
    }

    void accepted(Outcome.Accepted accepted, Timestamp time) {
        end(EnrollResponse.newBuilder()
                .setAccepted(EnrollResponse.Accepted.newBuilder()
                        .setMachine(accepted.machine())
                        .setCertificateChain(
                                ByteString.copyFrom(Pem.ofCertificates(accepted.chain()), StandardCharsets.US_ASCII))
                        .setTime(time))
                .build());
    }

    /** The stream stays open. */
    synchronized void pending(Outcome.Pending pending) {
        if (!observer.isCancelled()) {
            observer.onNext(EnrollResponse.newBuilder()
                    .setPending(EnrollResponse.Pending.newBuilder()
                            .setMachine(pending.machine())
                            .setReason(pending.reason()))
                    .build());
        }
    }

    /** @param bootAgain whether asking again is of no use before the machine has booted again */
    void rejected(Outcome.Rejected rejected, boolean bootAgain) {
        end(EnrollResponse.newBuilder()
                .setRejected(EnrollResponse.Rejected.newBuilder()
                        .setReason(rejected.reason())
                        .setBootAgain(bootAgain)
                        .setRetryAfter(Duration.newBuilder()
                                .setSeconds(rejected.retryAfter().toSeconds())))
                .build());
    }

    synchronized void fail(Status status) {
        if (!observer.isCancelled()) {
            observer.onError(status.asRuntimeException());
        }
    }

    private synchronized void end(EnrollResponse message) {
        if (!observer.isCancelled()) {
            observer.onNext(message);
            observer.onCompleted();
        }
    }
}
