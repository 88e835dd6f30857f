package dev.garboard.operatorapi;

import java.util.function.Supplier;

/**
 * A page that is answered without a certificate, such as {@code /healthz}; GET and HEAD only. The supplier runs on a virtual thread.
 */
public record PublicPage(String path, Supplier<Content> content) {

    /** One answer. */
    public record Content(int status, String contentType, String body) {

        /** Plain text. */
        public static Content text(int status, String body) {
            return new Content(status, "text/plain; charset=utf-8", body);
        }
    }
}
