package dev.garboard.image;

import dev.garboard.image.ImageManifest.Role;
import dev.garboard.image.ImageRefusedException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;

/** An image as the builder leaves it and as it is carried about: manifest, signature, and one file for each role. */
record ImageDirectory(Path path) {

    static final String MANIFEST = "manifest.json";
    static final String SIGNATURE = "manifest.json.p7s";

    /** Far more than any manifest; a larger file is something else. */
    private static final long LARGEST_MANIFEST = 8L << 20;

    Path file(Role role) {
        return path.resolve(role.fileName());
    }

    byte[] manifest() {
        return read(MANIFEST);
    }

    byte[] signature() {
        return read(SIGNATURE);
    }

    private byte[] read(String name) {
        var file = path.resolve(name);
        try {
            if (Files.size(file) > LARGEST_MANIFEST) {
                throw new ImageRefusedException(
                        Reason.WRONG_SIZE,
                        file + " has " + Files.size(file) + " bytes, expected at most " + LARGEST_MANIFEST);
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            throw new ImageRefusedException(
                    Reason.MISSING_FILE,
                    "the image in " + path + " has no " + name
                            + "; copy the whole directory that \"garboard image build\" made",
                    missing);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("cannot read " + file + ": " + unreadable.getMessage(), unreadable);
        }
    }

    /** Reads a manifest; to be done only after its signature was checked, or to show it with a warning. */
    static ImageManifest parse(byte[] manifest) {
        try {
            var format = Json.mapper().readTree(manifest).path("formatVersion");
            if (format.isInt() && format.asInt() != ImageManifest.FORMAT) {
                throw new ImageRefusedException(
                        Reason.UNSUPPORTED_FORMAT,
                        "the image manifest has format " + format.asInt() + ", this version of garboard knows "
                                + ImageManifest.FORMAT + "; import it with a newer one");
            }
            return Json.mapper().readValue(manifest, ImageManifest.class);
        } catch (JacksonException malformed) {
            throw new ImageRefusedException(
                    Reason.MANIFEST_UNREADABLE,
                    "manifest.json is not an image manifest: " + malformed.getOriginalMessage(),
                    malformed);
        }
    }
}
