package dev.garboard.agent.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The C library by direct mapping: one native method per call, errno as {@link LastErrorException}. x86-64 only. */
public final class Libc {

    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;

    public static final int EPERM = 1;
    public static final int EAGAIN = 11;
    public static final int ECHILD = 10;
    public static final int EPIPE = 32;
    public static final int EINTR = 4;
    public static final int ENXIO = 6;
    public static final int ENOTBLK = 15;
    public static final int EEXIST = 17;
    public static final int EINVAL = 22;

    static final long SYS_FINIT_MODULE = 313;

    static {
        Native.register(NativeLibrary.getProcess());
    }

    private Libc() {}

    /** open(2). */
    public static native int open(String path, int flags, int mode) throws LastErrorException;

    /** close(2). */
    public static native int close(int fd) throws LastErrorException;

    /** read(2). */
    public static native NativeLong read(int fd, byte[] data, NativeLong length) throws LastErrorException;

    /** lseek(2). */
    public static native NativeLong lseek(int fd, NativeLong offset, int whence) throws LastErrorException;

    /** poll(2) on one or more {@code struct pollfd}. */
    public static native int poll(Pointer descriptors, NativeLong count, int timeoutMillis) throws LastErrorException;

    /** socket(2). */
    public static native int socket(int domain, int type, int protocol) throws LastErrorException;

    /** bind(2). */
    public static native int bind(int fd, byte[] address, int length) throws LastErrorException;

    /** sendto(2). */
    public static native NativeLong sendto(int fd, byte[] data, NativeLong length, int flags, byte[] to, int toLength)
            throws LastErrorException;

    /** recv(2). */
    public static native NativeLong recv(int fd, byte[] data, NativeLong length, int flags) throws LastErrorException;

    /** setsockopt(2). */
    public static native int setsockopt(int fd, int level, int option, Pointer value, int length)
            throws LastErrorException;

    /** mount(2). */
    public static native int mount(
            @Nullable String source, String target, @Nullable String type, NativeLong flags, @Nullable String data)
            throws LastErrorException;

    /** umount2(2). */
    public static native int umount2(String target, int flags) throws LastErrorException;

    /** ioctl(2) with a pointer. */
    public static native int ioctl(int fd, NativeLong request, Pointer argument) throws LastErrorException;

    /** ioctl(2) with a number. */
    public static native int ioctl(int fd, NativeLong request, NativeLong argument) throws LastErrorException;

    static native NativeLong syscall(NativeLong number, int fd, String text, int flags) throws LastErrorException;

    static native int statvfs(String path, Pointer answer) throws LastErrorException;

    static native int pipe2(int[] ends, int flags) throws LastErrorException;

    static native int getpid();

    static native int waitpid(int pid, int[] status, int options) throws LastErrorException;

    static native int kill(int pid, int signal) throws LastErrorException;

    static native int reboot(int command) throws LastErrorException;

    static native void sync();

    static native int sethostname(String name, NativeLong length) throws LastErrorException;

    static native int clock_settime(int clock, long[] seconds) throws LastErrorException;

    static native int adjtime(long @Nullable [] delta, long @Nullable [] old) throws LastErrorException;

    static native int posix_spawn(
            int[] pid, String path, Pointer actions, Pointer attributes, Pointer argv, Pointer envp);

    static native int posix_spawnattr_init(Pointer attributes);

    static native int posix_spawnattr_destroy(Pointer attributes);

    static native int posix_spawnattr_setflags(Pointer attributes, short flags);

    static native int posix_spawnattr_setsigmask(Pointer attributes, Pointer set);

    static native int posix_spawnattr_setsigdefault(Pointer attributes, Pointer set);

    static native int posix_spawn_file_actions_init(Pointer actions);

    static native int posix_spawn_file_actions_destroy(Pointer actions);

    static native int posix_spawn_file_actions_addopen(Pointer actions, int fd, String path, int flags, int mode);

    static native int posix_spawn_file_actions_adddup2(Pointer actions, int from, int to);

    static native int posix_spawn_file_actions_addclosefrom_np(Pointer actions, int from);

    /** A {@code long} or {@code size_t} argument. */
    public static NativeLong word(long value) {
        return new NativeLong(value);
    }

    /** A NULL-terminated {@code char*[]}; the strings live as long as what is added to {@code pinned}. */
    static Pointer strings(List<String> values, List<Memory> pinned) {
        var array = new Memory(8L * (values.size() + 1));
        for (int i = 0; i < values.size(); i++) {
            byte[] bytes = values.get(i).getBytes(StandardCharsets.UTF_8);
            var text = new Memory(bytes.length + 1L);
            text.write(0, bytes, 0, bytes.length);
            text.setByte(bytes.length, (byte) 0);
            pinned.add(text);
            array.setPointer(8L * i, text);
        }
        array.setLong(8L * values.size(), 0);
        pinned.add(array);
        return array;
    }
}
