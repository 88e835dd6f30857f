package dev.garboard.fleet.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The key of a site that seals the keys of its clusters: whoever has the database only has none of them. AES-256 in Galois/counter mode. */
final class SealingKey {

    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final String CIPHER = "AES/GCM/NoPadding";

    private final Path file;
    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    private SealingKey(Path file, byte[] key) {
        this.file = file;
        this.key = new SecretKeySpec(key, "AES");
    }

    /** Reads the key of a file; makes one at the first use, readable by its owner only. */
    static SealingKey open(Path file) {
        try {
            return new SealingKey(file, read(file));
        } catch (NoSuchFileException first) {
            return create(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the key file " + file + " cannot be read", unreadable);
        }
    }

    private static SealingKey create(Path file) {
        var key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel = Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, StandardOpenOption.SYNC),
                owner)) {
            var text = ByteBuffer.wrap(
                    (Base64.getEncoder().encodeToString(key) + "\n").getBytes(StandardCharsets.US_ASCII));
            while (text.hasRemaining()) {
                channel.write(text);
            }
            return new SealingKey(file, key);
        } catch (FileAlreadyExistsException other) {
            return open(file);
        } catch (IOException failed) {
            throw new UncheckedIOException("the key file " + file + " cannot be written", failed);
        }
    }

    private static byte[] read(Path file) throws IOException {
        try {
            var key = Base64.getDecoder().decode(Files.readString(file).strip());
            if (key.length == KEY_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException notBase64) {
            // Said below, with what helps.
        }
        throw new SealingException(
                file + " holds no key of " + KEY_BYTES + " bytes in base64; restore it from a backup");
    }

    /**
     * Seals a text.
     *
     * @param owner whose it is; it opens for nobody else
     */
    String seal(String text, String owner) {
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            var sealed = cipher(Cipher.ENCRYPT_MODE, nonce, owner).doFinal(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder()
                    .encodeToString(ByteBuffer.allocate(nonce.length + sealed.length)
                            .put(nonce)
                            .put(sealed)
                            .array());
        } catch (GeneralSecurityException unusable) {
            throw new SealingException("this Java runtime cannot seal with " + CIPHER + ": " + unusable.getMessage());
        }
    }

    /**
     * Opens what {@link #seal} made.
     *
     * @throws SealingException when it was sealed with another key, for another owner, or changed since
     */
    String open(String sealed, String owner) {
        try {
            var bytes = ByteBuffer.wrap(Base64.getDecoder().decode(sealed));
            var nonce = new byte[NONCE_BYTES];
            bytes.get(nonce);
            var rest = new byte[bytes.remaining()];
            bytes.get(rest);
            return new String(cipher(Cipher.DECRYPT_MODE, nonce, owner).doFinal(rest), StandardCharsets.UTF_8);
        } catch (AEADBadTagException | IllegalArgumentException | BufferUnderflowException other) {
            throw new SealingException("the keys of " + owner + " in the database were not sealed with " + file
                    + "; restore the file that belongs to this database");
        } catch (GeneralSecurityException unusable) {
            throw new SealingException("this Java runtime cannot open with " + CIPHER + ": " + unusable.getMessage());
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String owner) throws GeneralSecurityException {
        var cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(owner.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** Names the file, never the key. */
    @Override
    public String toString() {
        return "SealingKey[" + file + "]";
    }
}
