package dev.garboard.trust;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What was revoked, kept beside the site CA's key and not in the database, so that a database that is put back takes no revocation with it.
 * Text: a head, then a line for each certificate as in {@link RevocationList}. Whoever can write here has the CA's key too, so it is not
 * signed.
 */
public final class RevocationFile {

    public static final String NAME = "revoked.txt";

    private static final String HEAD = "garboard revoked certificates 1";

    private final Path file;

    private RevocationFile(Path file) {
        this.file = file;
    }

    /** That of a site; it appears with the first revocation. */
    public static RevocationFile in(Path pki) {
        return new RevocationFile(pki.resolve(NAME));
    }

    /** Where it lies. */
    public Path path() {
        return file;
    }

    /**
     * What a file says.
     *
     * @param damaged lines that are not as they were written, for people; a copy of the file with them lies beside it
     */
    public record Content(List<Revocation> revoked, List<String> damaged) {
        public Content {
            revoked = List.copyOf(revoked);
            damaged = List.copyOf(damaged);
        }
    }

    /**
     * Reads it. Of a damaged line what can be told still counts: a serial number alone is revoked as well.
     *
     * @param last end of a certificate whose end cannot be told
     */
    public Content read(Instant last) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException nothingRevokedYet) {
            return new Content(List.of(), List.of());
        } catch (IOException failed) {
            throw new UncheckedIOException(
                    "cannot read which certificates were revoked from " + file + ": " + failed.getMessage(), failed);
        }
        var content = parse(text, last);
        if (!content.damaged().isEmpty()) {
            keepAside();
        }
        return content;
    }

    /** Pure. */
    static Content parse(String text, Instant last) {
        var revoked = new ArrayList<Revocation>();
        var damaged = new ArrayList<String>();
        var lines = text.lines().toList();
        boolean headed = !lines.isEmpty() && lines.getFirst().equals(HEAD);
        if (!headed) {
            damaged.add("the first line is not \"" + HEAD + "\"");
        }
        for (var line : headed ? lines.subList(1, lines.size()) : lines) {
            try {
                revoked.add(Revocation.ofLine(line));
            } catch (TrustException malformed) {
                damaged.add(ForeignText.printable(line, 200));
                addSerial(line, last, revoked);
            }
        }
        return new Content(revoked, damaged);
    }

    private static void addSerial(String line, Instant last, List<Revocation> revoked) {
        try {
            revoked.add(new Revocation(line.strip().split(" ", 2)[0], "", last));
        } catch (TrustException nothingToTell) {
            // Named among what is damaged; the copy of the file has it.
        }
    }

    private void keepAside() {
        try {
            Files.copy(file, file.resolveSibling(NAME + ".damaged"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot copy the damaged " + file + ": " + failed.getMessage(), failed);
        }
    }

    /** Writes what is revoked now, durably and all at once; what was there is replaced. */
    public void write(Collection<Revocation> revoked) {
        var text = revoked.stream()
                .sorted(Comparator.comparing(Revocation::serial))
                .map(one -> one.line() + "\n")
                .collect(Collectors.joining("", HEAD + "\n", ""));
        DurableFile.write(file, text, "rw-------");
    }
}
