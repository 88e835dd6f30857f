package dev.garboard.server;

import dev.garboard.dhcp.Arch;
import dev.garboard.trust.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The boot loaders that are handed to firmware: iPXE, which is small enough to be kept in memory. */
final class Loaders {

    private static final Logger log = LoggerFactory.getLogger(Loaders.class);

    private static final String BIOS = "undionly.kpxe";
    private static final String UEFI_X64 = "snponly.efi";

    private final Map<String, Loader> byName = new ConcurrentHashMap<>();
    private final Path directory;

    private Loaders(Path directory) {
        this.directory = directory;
    }

    /** One loader. */
    record Loader(Path path, ByteBuffer content, String sha256) {

        long size() {
            return content.remaining();
        }
    }

    /** Reads them; one that is missing is no error until a machine asks for it, but it is said. */
    static Loaders read(Path directory) {
        var loaders = new Loaders(directory);
        for (var name : new String[] {BIOS, UEFI_X64}) {
            try {
                var path = directory.resolve(name);
                var content = Files.readAllBytes(path);
                loaders.byName.put(
                        name, new Loader(path, ByteBuffer.wrap(content).asReadOnlyBuffer(), Sha256.of(content)));
            } catch (IOException missing) {
                log.atWarn()
                        .addKeyValue("file", directory.resolve(name))
                        .log("boot loader missing; install Debian's package ipxe or set tftp.loader-directory");
            }
        }
        return loaders;
    }

    Optional<Loader> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** Why a name that is asked for is not there. */
    String missing(String name) {
        return name.equals(BIOS) || name.equals(UEFI_X64)
                ? directory.resolve(name) + " is missing on the server; install Debian's package ipxe"
                : "there is no file " + name;
    }

    static boolean isLoader(String name) {
        return name.equals(BIOS) || name.equals(UEFI_X64);
    }

    /** The loader for a firmware; snponly and undionly use the firmware's own driver, which works where iPXE's may not. */
    static Optional<String> nameFor(Arch architecture) {
        if (architecture.equals(Arch.X86_BIOS)) {
            return Optional.of(BIOS);
        }
        // RFC 4578 swaps 7 and 9 in an erratum, so 9 is x64 as well.
        return architecture.equals(Arch.X64_UEFI)
                        || architecture.equals(Arch.EBC)
                        || architecture.equals(Arch.X64_UEFI_HTTP)
                ? Optional.of(UEFI_X64)
                : Optional.empty();
    }
}
