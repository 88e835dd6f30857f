package dev.garboard.agent.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** Fetches from the boot server. Nothing that comes is believed: signature and digests are checked by who asked for it. */
final class BundleDownload implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final int BUFFER = 1 << 16;
    private static final int OK = 200;
    private static final int PARTIAL = 206;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    /** A small file. */
    byte[] small(URI from, int limit) throws IOException, InterruptedException {
        var answer = http.send(HttpRequest.newBuilder(from).timeout(ANSWER).build(), BodyHandlers.ofInputStream());
        try (var body = answer.body()) {
            require(answer, OK);
            byte[] content = body.readNBytes(limit + 1);
            if (content.length > limit) {
                throw new IOException(from + " has more than " + limit + " bytes, which no file of its kind has");
            }
            return content;
        }
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
            var request = HttpRequest.newBuilder(from).timeout(ANSWER);
            if (have > 0) {
                request.header("Range", "bytes=" + have + "-");
            }
            var answer = http.send(request.build(), BodyHandlers.ofInputStream());
            try (var body = answer.body()) {
                if (have > 0 && answer.statusCode() == OK) {
                    // The server does not resume; from the beginning then.
                    file.truncate(0);
                    have = 0;
                } else {
                    require(answer, have > 0 ? PARTIAL : OK);
                }
                file.position(have);
                copy(body, file, size - have, from);
            }
        }
    }

    private static void copy(InputStream body, FileChannel file, long expected, URI from) throws IOException {
        var buffer = new byte[BUFFER];
        long left = expected;
        for (int got = body.read(buffer); got >= 0; got = body.read(buffer)) {
            left -= got;
            if (left < 0) {
                throw new IOException(from + " is longer than its manifest says");
            }
            file.write(ByteBuffer.wrap(buffer, 0, got));
        }
        if (left > 0) {
            throw new IOException(from + " ended " + left + " bytes before its end; it is continued from there");
        }
    }

    private static void require(HttpResponse<?> answer, int status) throws IOException {
        if (answer.statusCode() != status) {
            throw new IOException(answer.uri() + " answered " + answer.statusCode() + ", expected " + status
                    + (answer.statusCode() == 404 ? "; is the bundle imported on the boot server?" : ""));
        }
    }

    /** Deletes a file, so that the next attempt begins anew. */
    static void forget(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
