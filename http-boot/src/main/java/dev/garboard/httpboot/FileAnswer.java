package dev.garboard.httpboot;

import java.nio.file.Path;

/** What became of the question for a file. */
public sealed interface FileAnswer {

    /**
     * The file, whose content never changes under this digest.
     *
     * @param sha256 in hex; the entity tag
     */
    record Found(Path path, long size, String sha256) implements FileAnswer {}

    /** A few bytes for this client alone: sent whole, marked as nothing to be stored, never printed. */
    final class Secret implements FileAnswer {

        private final byte[] content;

        /** The bytes, copied. */
        public Secret(byte[] content) {
            this.content = content.clone();
        }

        /** A copy of the bytes. */
        public byte[] content() {
            return content.clone();
        }
    }

    /** There is one, and the client is not told why it does not get it: status 403; the reason is for {@link BootEvents}. */
    record Withheld(String reason) implements FileAnswer {}

    /** There is no such file or no such session: status 404 with this reason. */
    record NotFound(String reason) implements FileAnswer {}

    /** There is one, but not for this session: status 403 with this reason. */
    record Refused(String reason) implements FileAnswer {}
}
