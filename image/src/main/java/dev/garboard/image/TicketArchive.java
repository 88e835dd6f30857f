package dev.garboard.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * The initramfs of its own in which a machine gets the ticket of its boot: an uncompressed archive with the one file {@code /ticket}, which
 * the kernel unpacks after the image's own.
 */
public final class TicketArchive {

    /** What the boot script calls the archive. */
    public static final String FILE_NAME = "ticket";

    private static final String ENTRY = "ticket";
    private static final int OWNER_READS = 0400;
    private static final int LONGEST = 64;

    private TicketArchive() {}

    /** The archive of a ticket. */
    public static byte[] of(byte[] ticket) {
        var bytes = new ByteArrayOutputStream();
        try (var archive = new NewcArchive(bytes, 0)) {
            archive.file(ENTRY, OWNER_READS, ticket);
        } catch (IOException impossible) {
            throw new IllegalStateException("memory cannot be written", impossible);
        }
        return bytes.toByteArray();
    }

    /**
     * The ticket of an archive.
     *
     * @throws ImageException when the archive is none, or holds anything else first
     */
    public static byte[] read(byte[] archive) {
        try (var entries = new NewcReader(new ByteArrayInputStream(archive))) {
            var entry = entries.next().filter(found -> found.name().equals(ENTRY));
            if (entry.isEmpty()) {
                throw new ImageException("the boot ticket's archive has no file " + ENTRY);
            }
            return entries.content(entry.get(), LONGEST);
        } catch (IOException malformed) {
            throw new ImageException("the boot ticket's archive cannot be read: " + malformed.getMessage(), malformed);
        }
    }
}
