package dev.garboard.server;

import java.net.InetSocketAddress;
import java.util.Locale;
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
        var text = messages(failed);
        if (text.contains("in use")) {
            return new StartException(
                    where + " is taken by another program (" + key
                            + "); stop that program (find it with: ss -lptun 'sport = :" + address.getPort()
                            + "') or choose another address",
                    failed);
        }
        if (text.contains("permission")) {
            return new StartException(
                    "no permission to listen on " + where + " (" + key
                            + "); run as root, or grant CAP_NET_BIND_SERVICE and CAP_NET_RAW",
                    failed);
        }
        if (text.contains("assign")) {
            return new StartException(
                    where + " is not an address of this host (" + key + "); list them with: ip address", failed);
        }
        return new StartException("cannot listen on " + where + " (" + key + "): " + failed.getMessage(), failed);
    }

    private static String messages(Throwable failed) {
        var all = new StringBuilder();
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            all.append(cause.getMessage()).append('\n');
        }
        return all.toString().toLowerCase(Locale.ROOT);
    }
}
