package dev.garboard.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The programs of the build host. Looked for in the usual directories: an ordinary user's PATH lacks the sbin
 * directories, where some of them live.
 */
public final class HostTools {

    private static final List<Path> DIRECTORIES = List.of(
            Path.of("/usr/bin"),
            Path.of("/usr/sbin"),
            Path.of("/bin"),
            Path.of("/sbin"),
            Path.of("/usr/local/bin"),
            Path.of("/usr/local/sbin"));

    /** Program and the Debian package that has it. */
    private static final Map<String, String> PROGRAMS = programs();

    private static final Path STATIC_C_LIBRARY = Path.of("/usr/lib/x86_64-linux-gnu/libc.a");

    private HostTools() {}

    private static Map<String, String> programs() {
        var programs = new LinkedHashMap<String, String>();
        programs.put("apt-get", "apt");
        programs.put("apt-cache", "apt");
        programs.put("apt-config", "apt");
        programs.put("dpkg-deb", "dpkg");
        programs.put("gcc", "gcc");
        programs.put("mkfs.erofs", "erofs-utils");
        programs.put("unshare", "util-linux");
        programs.put("mount", "mount");
        programs.put("chroot", "coreutils");
        programs.put("ip", "iproute2");
        programs.put("sh", "dash");
        return programs;
    }

    /** The Debian packages whose programs an image build needs and this host lacks; none when all is well. */
    public static List<String> missingPackages() {
        var missing = new TreeSet<String>();
        PROGRAMS.forEach((program, pack) -> {
            if (!exists(program)) {
                missing.add(pack);
            }
        });
        if (!Files.exists(STATIC_C_LIBRARY)) {
            missing.add("libc6-dev");
        }
        return List.copyOf(missing);
    }

    /**
     * Stops a build before it starts.
     *
     * @throws ImageException with the one line that installs everything missing
     */
    public static void require() {
        var missing = missingPackages();
        if (!missing.isEmpty()) {
            throw new ImageException("this host lacks programs that build an image; install them with: apt-get install "
                    + String.join(" ", missing));
        }
        if (!Files.isExecutable(jlink())) {
            throw new ImageException("the Java in " + javaHome()
                    + " has no jlink, so it is a runtime only; run garboard with a full JDK 25");
        }
    }

    private static boolean exists(String program) {
        return DIRECTORIES.stream().anyMatch(directory -> Files.isExecutable(directory.resolve(program)));
    }

    static String path(String program) {
        return DIRECTORIES.stream()
                .map(directory -> directory.resolve(program))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Path::toString)
                .orElseThrow(() -> new ImageException(
                        program + " is not installed; install the package " + PROGRAMS.getOrDefault(program, program)));
    }

    static Path javaHome() {
        return Path.of(System.getProperty("java.home"));
    }

    static Path jlink() {
        return javaHome().resolve("bin/jlink");
    }
}
