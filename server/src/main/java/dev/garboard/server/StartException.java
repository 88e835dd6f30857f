package dev.garboard.server;

import dev.garboard.admission.ListenFailure;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The server cannot start; the message says what, why and what to do. */
public final class StartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Finds the words for a port that could not be had. */
    static StartException cannotListen(String key, InetSocketAddress address, Throwable failed) {
        var where = address.getAddress().getHostAddress() + " port " + address.getPort();
        var message = switch (ListenFailure.of(address, failed)) {
            case TAKEN ->
                where + " is taken by another program (" + key
                        + "); stop that program (find it with: ss -lptun 'sport = :" + address.getPort()
                        + "') or choose another address";
            case NOT_PERMITTED ->
                "no permission to listen on " + where + " (" + key
                        + "); run as root, or grant CAP_NET_BIND_SERVICE and CAP_NET_RAW";
            case NOT_OF_THIS_HOST ->
                where + " is not an address of this host (" + key + "); list them with: ip address";
            case OTHER -> "cannot listen on " + where + " (" + key + "): " + failed.getMessage();
        };
        return new StartException(message, failed);
    }
}
