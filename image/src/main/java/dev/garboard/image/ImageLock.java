package dev.garboard.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;

/**
 * What a build was made of, so that another build can be made of the same. The class list of the training run lies beside
 * the lock file: which classes a program loads depends on timing, so the list is an input and not a result.
 *
 * @param tools versions of the programs whose output is in the image
 * @param trainedFor digest of the tree and arguments that the class list was recorded with
 * @param classListSha256 digest of the class list
 */
record ImageLock(
        int formatVersion,
        String platform,
        String suite,
        List<DebianPackage> packages,
        Map<String, String> tools,
        String trainedFor,
        String classListSha256) {

    static final int FORMAT = 1;

    ImageLock {
        packages = List.copyOf(packages);
        tools = Map.copyOf(tools);
    }

    static Path classListOf(Path lockFile) {
        return lockFile.resolveSibling(lockFile.getFileName() + ".classes");
    }

    static ImageLock read(Path file, Platform platform) throws IOException {
        try {
            var lock = Json.mapper().readValue(Files.readAllBytes(file), ImageLock.class);
            if (lock.formatVersion() != FORMAT) {
                throw new ImageException(file + " has format " + lock.formatVersion() + ", expected " + FORMAT);
            }
            if (!lock.platform().equals(platform.toString())) {
                throw new ImageException(
                        file + " locks the platform " + lock.platform() + ", this build is for " + platform);
            }
            return lock;
        } catch (NoSuchFileException missing) {
            throw new ImageException(file + " does not exist; a build without --locked writes it", missing);
        } catch (JacksonException malformed) {
            throw new ImageException(file + " is not a lock file: " + malformed.getOriginalMessage(), malformed);
        }
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Json.bytes(this));
    }
}
