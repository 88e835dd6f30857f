package dev.garboard.agent.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Fetches from the boot server. Nothing that comes is believed: signature and digests are checked by who asked for it. By the JDK's older client, which
 * reads in the thread that asks: the newer one passes every 16 KiB from thread to thread, and that costs a small machine more than all the rest.
 */
final class BundleDownload implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** For the answer, and for each further piece of it. */
    private static final Duration ANSWER = Duration.ofSeconds(20);

    private static final int BUFFER = 1 << 16;
    private static final int OK = 200;
    private static final int PARTIAL = 206;

    private @Nullable HttpURLConnection current;

    /** A small file. */
    byte[] small(URI from, int limit) throws IOException {
        var answer = ask(from, 0);
        require(answer, OK);
        byte[] content = answer.getInputStream().readNBytes(limit + 1);
        if (content.length > limit) {
            throw new IOException(from + " has more than " + limit + " bytes, which no file of its kind has");
        }
        return content;
    }

    /** A large file of known size; what is there of it already is not fetched again. */
    void large(URI from, Path to, long size) throws IOException, InterruptedException {
        try (var file = FileChannel.open(to, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long have = file.size();
            if (have > size) {
                file.truncate(0);
                have = 0;
            }
            if (have == size) {
                return;
            }
            var answer = ask(from, have);
            if (have > 0 && answer.getResponseCode() == OK) {
                // The server does not resume; from the beginning then.
                file.truncate(0);
                have = 0;
            } else {
                require(answer, have > 0 ? PARTIAL : OK);
            }
            file.position(have);
            copy(answer.getInputStream(), file, size - have, from);
        }
    }

    private HttpURLConnection ask(URI from, long have) throws IOException {
        var connection = (HttpURLConnection) from.toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout((int) CONNECT.toMillis());
        connection.setReadTimeout((int) ANSWER.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        if (have > 0) {
            connection.setRequestProperty("Range", "bytes=" + have + "-");
        }
        current = connection;
        try {
            connection.getResponseCode();
            return connection;
        } catch (IOException failed) {
            throw new IOException(from + " cannot be fetched: " + failed.getMessage(), failed);
        }
    }

    private static void copy(InputStream body, FileChannel file, long expected, URI from)
            throws IOException, InterruptedException {
        var buffer = new byte[BUFFER];
        long left = expected;
        for (int got = body.read(buffer); got >= 0; got = body.read(buffer)) {
            left -= got;
            if (left < 0) {
                throw new IOException(from + " is longer than its manifest says");
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("the download of " + from + " was ended");
            }
            file.write(ByteBuffer.wrap(buffer, 0, got));
        }
        if (left > 0) {
            throw new IOException(from + " ended " + left + " bytes before its end; it is continued from there");
        }
    }

    private static void require(HttpURLConnection answer, int status) throws IOException {
        int found = answer.getResponseCode();
        if (found != status) {
            throw new IOException(answer.getURL() + " answered " + found + ", expected " + status
                    + (found == 404 ? "; is the bundle imported on the boot server?" : ""));
        }
    }

    /** Deletes a file, so that the next attempt begins anew. */
    static void forget(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    /** Ends what was not read to its end. */
    @Override
    public void close() {
        if (current != null) {
            current.disconnect();
        }
    }
}
