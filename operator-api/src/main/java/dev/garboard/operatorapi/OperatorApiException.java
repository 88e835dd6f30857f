package dev.garboard.operatorapi;

import dev.garboard.admission.ListenFailure;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The operator API cannot be started; the message says why and what to do. */
public final class OperatorApiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private OperatorApiException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static OperatorApiException cannotListen(InetSocketAddress address, @Nullable Throwable cause) {
        var where = address.getHostString() + ":" + address.getPort();
        var remedy = switch (ListenFailure.of(address, cause)) {
            case TAKEN ->
                "; find who has it with: ss -ltnp sport = :" + address.getPort()
                        + " - or set operator-api.listen to an address and port of this machine that are free";
            case NOT_PERMITTED ->
                "; run as root, grant CAP_NET_BIND_SERVICE, or set operator-api.listen to a port above 1023";
            case NOT_OF_THIS_HOST -> "; set operator-api.listen to an address of this machine: ip address lists them";
            case OTHER -> "";
        };
        return new OperatorApiException(
                "the operator API cannot listen on " + where + ": " + (cause == null ? "unknown" : cause.getMessage())
                        + remedy,
                cause);
    }
}
