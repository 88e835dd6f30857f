package dev.garboard.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * What a test needs of the machine it runs on. Where it is missing the test is skipped and says which package brings it; in
 * strict mode, which CI uses, it fails, so that a tier that cannot run is never taken for one that passed.
 */
public final class Requirements {

    private Requirements() {}

    /** Whether {@code -Dgarboard.strict=true} or {@code GARBOARD_STRICT=true} is set. */
    public static boolean strict() {
        return Boolean.getBoolean("garboard.strict") || "true".equals(System.getenv("GARBOARD_STRICT"));
    }

    /** A program from the PATH, or from the directories of the administrator. */
    public static Path program(String name, String debianPackage) {
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("") + File.pathSeparator + "/usr/sbin:/sbin";
        var found = Arrays.stream(path.split(File.pathSeparator))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
        require(found.isPresent(), "the program " + name + " is missing: apt-get install " + debianPackage);
        return found.orElseThrow();
    }

    public static Path file(String path, String debianPackage) {
        var file = Path.of(path);
        require(Files.isReadable(file), "the file " + path + " is missing: apt-get install " + debianPackage);
        return file;
    }

    /** Anything else. */
    public static void require(boolean fulfilled, String otherwise) {
        require(fulfilled, otherwise, strict());
    }

    static void require(boolean fulfilled, String otherwise, boolean strict) {
        if (strict) {
            Assertions.assertTrue(fulfilled, otherwise);
        }
        Assumptions.assumeTrue(fulfilled, "skipped, " + otherwise);
    }
}
