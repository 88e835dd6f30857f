package dev.garboard.cli;

import dev.garboard.image.ImageStore;
import dev.garboard.trust.Pem;
import dev.garboard.trust.ReleaseKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The site that an image command works for: its keys and its image store. */
final class ImageSite {

    @Option(
            names = "--site",
            paramLabel = "DIRECTORY",
            description = "The site's directory, made by `garboard init` (default: the lab's).")
    private @Nullable Path site;

    @Option(
            names = "--release-certificate",
            paramLabel = "FILE",
            description = "Trust images of this certificate's key (default: the site's own, pki/release.crt).")
    private @Nullable Path certificate;

    Path directory() {
        var directory = site != null ? site : workDirectory().resolve("lab/site");
        if (!Files.isDirectory(directory)) {
            throw new CommandException(
                    ExitCode.NOT_FOUND,
                    "there is no site in " + directory + "; name one with --site, or make one: garboard init "
                            + directory);
        }
        return directory;
    }

    Path keys() {
        return directory().resolve("pki");
    }

    X509Certificate trusted() {
        return Pem.readCertificate(certificate != null ? certificate : keys().resolve(ReleaseKey.CERTIFICATE_FILE));
    }

    ImageStore store() {
        return new ImageStore(directory().resolve("images"));
    }

    /** Where this clone keeps everything that it makes; said by the launcher. */
    static Path workDirectory() {
        return Path.of(System.getProperty("garboard.work", ".garboard"));
    }
}
