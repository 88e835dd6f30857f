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

    /** There is no such file or no such session: status 404 with this reason. */
    record NotFound(String reason) implements FileAnswer {}

    /** There is one, but not for this session: status 403 with this reason. */
    record Refused(String reason) implements FileAnswer {}
}
