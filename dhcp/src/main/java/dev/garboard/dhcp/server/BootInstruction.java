package dev.garboard.dhcp.server;

import dev.garboard.dhcp.Octets;
import java.net.URI;

/** What a machine that boots is to fetch. */
public sealed interface BootInstruction {

    /** A file by TFTP from this server: for firmware PXE, and for an iPXE that is to load another one. */
    record LoadFile(String name) implements BootInstruction {

        public LoadFile {
            int length = Octets.ofText(name).length();
            if (length == 0 || length > 127 || name.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "the boot file '" + name + "' has " + length + " bytes, the field holds 1 to 127");
            }
        }
    }

    /** An image by HTTP, for UEFI HTTP boot. The host should be a literal address, or a resolver must be offered too. */
    record HttpBoot(URI uri) implements BootInstruction {

        public HttpBoot {
            if (uri.getHost() == null) {
                throw new IllegalArgumentException("the boot URI " + uri + " names no host");
            }
        }
    }

    /** A script for iPXE. */
    record Script(URI uri) implements BootInstruction {}

    /** An address, but nothing to boot. */
    record Nothing(String reason) implements BootInstruction {}

    /** No answer at all. */
    record Refuse(String reason) implements BootInstruction {}
}
