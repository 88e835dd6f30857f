package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.nio.file.Path;

/**
 * How full the file system is that holds a path, by statvfs(3). Java asks for bytes only, and a file system may as well run out of files.
 *
 * @param files how many there can be; 0 where there is no such limit
 */
public record FileSystemSpace(long bytes, long freeBytes, long files, long freeFiles) {

    /** {@code struct statvfs} of x86-64 has 112 bytes. */
    private static final int LARGEST_ANSWER = 256;

    private static final int FRAGMENT = 8;
    private static final int BLOCKS = 16;
    private static final int AVAILABLE = 32;
    private static final int FILES = 40;
    private static final int FREE_FILES = 56;

    /** Of the file system below a path that is there. */
    public static FileSystemSpace of(Path path) {
        try (var answer = new Memory(LARGEST_ANSWER)) {
            answer.clear();
            Libc.statvfs(path.toString(), answer);
            long unit = answer.getLong(FRAGMENT);
            return new FileSystemSpace(
                    answer.getLong(BLOCKS) * unit,
                    answer.getLong(AVAILABLE) * unit,
                    answer.getLong(FILES),
                    answer.getLong(FREE_FILES));
        } catch (LastErrorException refused) {
            throw new SystemCallException("statvfs of " + path, refused);
        }
    }
}
