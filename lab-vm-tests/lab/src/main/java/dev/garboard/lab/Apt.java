package dev.garboard.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs apt-get, and again for as long as another program holds one of apt's locks. apt's own {@code DPkg::Lock::Timeout} does not wait for the lock of
 * the package lists.
 *
 * @param prefix what is put before the command, {@code sudo -n} for one
 * @param log where all that apt says is appended
 * @param say told once that it waits, and for whom
 */
record Apt(List<String> prefix, Path log, Consumer<String> say, Duration patience, Duration pause) {

    /** In English, in which apt is made to speak. */
    private static final Pattern LOCKED = Pattern.compile("(?:Could not get lock|Unable to (?:acquire|lock)).*");

    Apt(List<String> prefix, Path log, Consumer<String> say) {
        this(prefix, log, say, Duration.ofMinutes(10), Duration.ofSeconds(2));
    }

    /** The exit code; that of the last run when the lock was not given up within the patience. */
    int run(List<String> command) {
        long end = System.nanoTime() + patience.toNanos();
        boolean told = false;
        while (true) {
            try {
                long start = Files.exists(log) ? Files.size(log) : 0;
                int code = once(command);
                var locked = LOCKED.matcher(code == 0 ? "" : said(start));
                if (!locked.find() || System.nanoTime() >= end) {
                    return code;
                }
                if (!told) {
                    say.accept("waiting for another apt: " + locked.group());
                    told = true;
                }
                Thread.sleep(pause);
            } catch (IOException failed) {
                throw new LabException("apt-get cannot be run: " + failed.getMessage(), failed);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new LabException("interrupted while apt-get ran", interrupted);
            }
        }
    }

    private int once(List<String> command) throws IOException, InterruptedException {
        var line = Stream.of(prefix, List.of("env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C"), command)
                .flatMap(List::stream)
                .toList();
        return new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start()
                .waitFor();
    }

    private String said(long start) throws IOException {
        try (var in = Files.newInputStream(log)) {
            in.skipNBytes(start);
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
