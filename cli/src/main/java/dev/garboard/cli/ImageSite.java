package dev.garboard.cli;

import dev.garboard.image.ImageStore;
import dev.garboard.trust.Pem;
import dev.garboard.trust.ReleaseKey;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The site that an image command works for: its keys and its image store. */
final class ImageSite {

    @Mixin
    private SiteDirectory site;

    @Option(
            names = "--release-certificate",
            paramLabel = "FILE",
            description = "Trust images of this certificate's key (default: the site's own, pki/release.crt).")
    private @Nullable Path certificate;

    Path keys() {
        return site.keys();
    }

    X509Certificate trusted() {
        return Pem.readCertificate(certificate != null ? certificate : keys().resolve(ReleaseKey.CERTIFICATE_FILE));
    }

    ImageStore store() {
        return new ImageStore(site.path().resolve("images"));
    }

    /** Where this clone keeps everything that it makes; said by the launcher. */
    static Path workDirectory() {
        return Path.of(System.getProperty("garboard.work", ".garboard"));
    }
}
