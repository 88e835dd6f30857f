package dev.garboard.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The hash tree of dm-verity, format 1 (kernel documentation {@code device-mapper/verity}): a superblock of one block, then
 * the levels from the top down. Salt and UUID come from the content, so the same file system gives the same tree.
 *
 * @param rootHash 64 hex digits
 * @param offset where the superblock starts: the length of the file system
 */
record VerityTree(String rootHash, long offset) {

    static final int BLOCK = 4096;
    private static final int DIGEST = 32;
    private static final int PER_BLOCK = BLOCK / DIGEST;
    private static final int SALT_AT = 88;
    private static final byte[] SIGNATURE = "verity\0\0".getBytes(StandardCharsets.US_ASCII);

    /** Pads a file system to whole blocks and appends its tree. */
    static VerityTree append(Path image) throws IOException {
        var content = Digest.of(image);
        byte[] salt = Digest.sha256().digest(("garboard verity salt " + content).getBytes(StandardCharsets.US_ASCII));
        byte[] uuid = Arrays.copyOf(
                Digest.sha256().digest(("garboard verity uuid " + content).getBytes(StandardCharsets.US_ASCII)), 16);
        try (var file = FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = file.size();
            long blocks = (size + BLOCK - 1) / BLOCK;
            if (blocks < 2) {
                throw new ImageException(image + " has " + size + " bytes, too few for a root file system");
            }
            if (size % BLOCK != 0) {
                writeFully(file, ByteBuffer.allocate((int) (blocks * BLOCK - size)), size);
            }
            var levels = levels(file, 0, blocks, salt);
            long at = blocks * BLOCK;
            writeFully(file, superblock(blocks, salt, uuid), at);
            at += BLOCK;
            for (var level : levels.reversed()) {
                writeFully(file, ByteBuffer.wrap(level), at);
                at += level.length;
            }
            return new VerityTree(root(levels, salt), blocks * BLOCK);
        }
    }

    /**
     * Computes the root hash of an image from its data. Of the stored tree only the salt is used.
     *
     * @param start where the image starts in the file
     * @param length of the image with its tree
     */
    static String recompute(Path image, long start, long length) throws IOException {
        try (var file = FileChannel.open(image, StandardOpenOption.READ)) {
            long offset = dataBlocks(length) * BLOCK;
            var superblock = read(file, start + offset, BLOCK).order(ByteOrder.LITTLE_ENDIAN);
            var signature = new byte[SIGNATURE.length];
            superblock.get(0, signature);
            int saltLength = superblock.getShort(80);
            if (!Arrays.equals(signature, SIGNATURE) || saltLength < 0 || saltLength > 256) {
                throw new IOException("no verity superblock at " + offset + " of the image");
            }
            var salt = new byte[saltLength];
            superblock.get(SALT_AT, salt);
            return root(levels(file, start, offset / BLOCK, salt), salt);
        }
    }

    /** How many blocks of an image are data, when the rest is a superblock and the tree over them. */
    private static long dataBlocks(long length) throws IOException {
        long all = length / BLOCK;
        // The tree has about one block for 127 of data: start just below and go up.
        for (long data = Math.max(1, all - all / (PER_BLOCK - 1) - 8); data < all; data++) {
            long tree = 1;
            for (long level = data; level > 1; ) {
                level = (level + PER_BLOCK - 1) / PER_BLOCK;
                tree += level;
            }
            if (data + tree == all && length % BLOCK == 0) {
                return data;
            }
        }
        throw new IOException("an image of " + length + " bytes has no room for a verity tree");
    }

    private static ByteBuffer superblock(long blocks, byte[] salt, byte[] uuid) {
        return ByteBuffer.allocate(BLOCK)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(0, SIGNATURE)
                .putInt(8, 1)
                .putInt(12, 1)
                .put(16, uuid)
                .put(32, "sha256".getBytes(StandardCharsets.US_ASCII))
                .putInt(64, BLOCK)
                .putInt(68, BLOCK)
                .putLong(72, blocks)
                .putShort(80, (short) salt.length)
                .put(SALT_AT, salt);
    }

    /** All levels from the bottom up; the last is a single block. */
    private static List<byte[]> levels(FileChannel file, long start, long blocks, byte[] salt) throws IOException {
        var levels = new ArrayList<byte[]>();
        levels.add(bottom(file, start, blocks, salt));
        while (levels.getLast().length > BLOCK) {
            levels.add(above(levels.getLast(), salt));
        }
        return levels;
    }

    private static byte[] bottom(FileChannel file, long start, long blocks, byte[] salt) throws IOException {
        var hashes = new byte[Math.toIntExact((blocks + PER_BLOCK - 1) / PER_BLOCK * BLOCK)];
        var digest = Digest.sha256();
        for (long first = 0; first < blocks; first += PER_BLOCK) {
            int count = (int) Math.min(PER_BLOCK, blocks - first);
            hash(read(file, start + first * BLOCK, count * BLOCK).array(), count, salt, digest, hashes, (int) first);
        }
        return hashes;
    }

    private static byte[] above(byte[] level, byte[] salt) {
        int blocks = level.length / BLOCK;
        var hashes = new byte[(blocks + PER_BLOCK - 1) / PER_BLOCK * BLOCK];
        hash(level, blocks, salt, Digest.sha256(), hashes, 0);
        return hashes;
    }

    private static void hash(byte[] data, int count, byte[] salt, MessageDigest digest, byte[] hashes, int first) {
        for (int i = 0; i < count; i++) {
            digest.update(salt);
            digest.update(data, i * BLOCK, BLOCK);
            System.arraycopy(digest.digest(), 0, hashes, (first + i) * DIGEST, DIGEST);
        }
    }

    private static String root(List<byte[]> levels, byte[] salt) {
        var digest = Digest.sha256();
        digest.update(salt);
        return Digest.hex(digest.digest(levels.getLast()));
    }

    private static ByteBuffer read(FileChannel file, long at, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, at + buffer.position()) < 0) {
                throw new EOFException("the image ends at " + file.size() + ", before " + (at + length));
            }
        }
        return buffer.flip();
    }

    private static void writeFully(FileChannel file, ByteBuffer bytes, long at) throws IOException {
        long position = at;
        while (bytes.hasRemaining()) {
            position += file.write(bytes, position);
        }
    }
}
