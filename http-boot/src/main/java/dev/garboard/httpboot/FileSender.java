package dev.garboard.httpboot;

import dev.garboard.httpboot.Served.Outcome;
import io.vertx.core.Context;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends files, whole or a range of them (RFC 9110), large ones in their turn. */
final class FileSender {
    private static final Logger log = LoggerFactory.getLogger(FileSender.class);

    private final Context context;
    private final DownloadQueue queue;
    private final long largeFrom;
    private final ExecutorService opener;

    FileSender(Context context, DownloadQueue queue, long largeFrom, ExecutorService opener) {
        this.context = context;
        this.queue = queue;
        this.largeFrom = largeFrom;
        this.opener = opener;
    }

    void send(Exchange exchange, String name, FileAnswer.Found file) {
        var tag = '"' + file.sha256() + '"';
        var response = exchange.response();
        if (exchange.isOver()) {
            return;
        }
        response.putHeader("ETag", tag).putHeader("Accept-Ranges", "bytes");
        if (matches(exchange.header("If-None-Match"), tag)) {
            exchange.noContent(304, 0);
            return;
        }
        response.putHeader("Content-Type", contentType(name));
        var ifRange = exchange.header("If-Range");
        var range = exchange.isHead() || (ifRange != null && !ifRange.equals(tag))
                ? new ByteRange.Whole()
                : ByteRange.parse(exchange.header("Range"), file.size());
        switch (range) {
            case ByteRange.Whole() -> content(exchange, file, 200, 0, file.size());
            case ByteRange.Part(long from, long length) -> {
                response.putHeader("Content-Range", "bytes " + from + "-" + (from + length - 1) + "/" + file.size());
                content(exchange, file, 206, from, length);
            }
            case ByteRange.Outside() -> {
                response.putHeader("Content-Range", "bytes */" + file.size());
                var reason = "the range lies outside the file of " + file.size() + " bytes";
                exchange.text(416, reason + "\n", Outcome.REFUSED, reason);
            }
        }
    }

    private void content(Exchange exchange, FileAnswer.Found file, int status, long from, long length) {
        if (exchange.isHead() || length == 0) {
            exchange.response().putHeader("Content-Length", Long.toString(length));
            exchange.noContent(status, length);
        } else if (length < largeFrom) {
            open(exchange, file, status, from, length);
        } else {
            var place = queue.enter(exchange.client().getAddress(), () -> open(exchange, file, status, from, length));
            place.ifPresentOrElse(exchange::waitsIn, () -> {
                exchange.response().headers().remove("Content-Range").remove("ETag");
                exchange.response().putHeader("Retry-After", "5");
                var reason = "too many downloads are waiting; try again in 5 seconds";
                exchange.text(503, reason + "\n", Outcome.REFUSED, reason);
            });
        }
    }

    /** Opening may wait for a disk, so a virtual thread does it. */
    private void open(Exchange exchange, FileAnswer.Found file, int status, long from, long length) {
        opener.execute(() -> {
            try {
                var channel = FileChannel.open(file.path(), StandardOpenOption.READ);
                long found = channel.size();
                context.runOnContext(_ -> {
                    var metered = new MeteredChannel(channel);
                    if (found == file.size()) {
                        exchange.response().putHeader("Content-Length", Long.toString(length));
                        exchange.send(status, metered, from, length);
                    } else {
                        fault(exchange, file, found + " bytes, expected " + file.size());
                        exchange.discard(metered);
                    }
                });
            } catch (IOException unreadable) {
                context.runOnContext(_ -> fault(exchange, file, unreadable.toString()));
            }
        });
    }

    private static void fault(Exchange exchange, FileAnswer.Found file, String found) {
        var reason = "the stored file " + file.path() + " cannot be served: " + found + "; import its image again";
        log.atError().addKeyValue("file", file.path()).log(reason);
        exchange.response().headers().remove("Content-Range").remove("ETag");
        exchange.text(500, "the stored file is damaged; the server's log says more\n", Outcome.FAILED, reason);
    }

    private static boolean matches(@Nullable String header, String tag) {
        return header != null
                && Arrays.stream(header.split(",", -1))
                        .map(String::strip)
                        .anyMatch(candidate ->
                                candidate.equals("*") || candidate.equals(tag) || candidate.equals("W/" + tag));
    }

    /** EDK2 decides by the type what to do with a download whose name it does not know. */
    private static String contentType(String name) {
        int dot = name.lastIndexOf('.');
        return switch (dot < 0 ? "" : name.substring(dot)) {
            case ".efi" -> "application/efi";
            case ".iso" -> "application/vnd.efi-iso";
            case ".img" -> "application/vnd.efi-img";
            case ".ipxe", ".txt", ".cfg" -> "text/plain";
            default -> "application/octet-stream";
        };
    }
}
