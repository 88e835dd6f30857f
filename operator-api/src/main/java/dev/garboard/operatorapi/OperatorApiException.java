package dev.garboard.operatorapi;

import java.net.BindException;
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
        var remedy = cause instanceof BindException
                ? "; find who has it with: ss -ltnp sport = :" + address.getPort()
                        + " - or set operator-api.listen to an address and port of this machine that are free"
                : "";
        return new OperatorApiException(
                "the operator API cannot listen on " + where + ": " + (cause == null ? "unknown" : cause.getMessage())
                        + remedy,
                cause);
    }
}
