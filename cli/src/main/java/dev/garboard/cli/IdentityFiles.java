package dev.garboard.cli;

import dev.garboard.trust.Pem;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;

/** Writes keys and certificates so that at every moment there is the old file or the new one, readable by its owner only. */
final class IdentityFiles {

    private IdentityFiles() {}

    /** {@code NAME.crt} and {@code NAME.key}. */
    static void write(Path directory, String name, TlsIdentity identity) throws IOException {
        replace(directory.resolve(name + ".key"), identity.keyPem());
        replace(directory.resolve(name + ".crt"), identity.chainPem());
    }

    /** Puts another identity into a kubeconfig that has its own embedded; the rest stays as it is, comments too. */
    static void replace(Kubeconfig kubeconfig, TlsIdentity identity) throws IOException {
        var file = kubeconfig.file();
        var text = Files.readString(file);
        var former = kubeconfig.identity();
        var oldChain = base64(former.chainPem());
        var oldKey = base64(Pem.ofKey(former.key()));
        if (!text.contains(oldChain) || !text.contains(oldKey)) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "the kubeconfig " + file
                            + " does not have its certificate and key embedded as `garboard init` writes"
                            + " them; take a kubeconfig that has, or write files with --name and --out");
        }
        replace(file, text.replace(oldChain, base64(identity.chainPem())).replace(oldKey, base64(identity.keyPem())));
    }

    private static String base64(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }

    private static void replace(Path file, String text) throws IOException {
        var absolute = file.toAbsolutePath();
        var beside = Files.createTempFile(
                absolute.getParent(),
                "." + absolute.getFileName(),
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (var channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(beside, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
