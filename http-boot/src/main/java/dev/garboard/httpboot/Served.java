package dev.garboard.httpboot;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request and what became of it.
 *
 * @param session  null when the URL carries none
 * @param name     the file in the URL, without the session; the path as it came when it was refused for its form
 * @param method   of the request
 * @param status   of the answer; 0 when the client left before there was one
 * @param bytes    of content that were handed to the network
 * @param length   of the content that was promised
 * @param duration from the request to the last byte, the time in the queue included
 * @param detail   the reason of a refusal or an abort; empty otherwise
 */
public record Served(
        @Nullable SessionId session,
        String name,
        String method,
        int status,
        long bytes,
        long length,
        Duration duration,
        Outcome outcome,
        String detail,
        InetSocketAddress client) {

    /** How an answer ended. */
    public enum Outcome {
        /** All content was sent. */
        SENT,
        /** An answer without content: HEAD, or a copy the client has already. */
        NO_CONTENT,
        /** No such file or session. */
        NOT_FOUND,
        /** Not for this client, or not a request this server understands. */
        REFUSED,
        /** The client went away, or took nothing for too long. */
        ABORTED,
        /** A fault of this server. */
        FAILED
    }
}
