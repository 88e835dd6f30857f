package dev.garboard.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process has cost so far, from {@code /proc}; 0 when it has gone. */
final class ProcessCost {

    /** {@code USER_HZ}, the unit of these fields on every Linux that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    private ProcessCost() {}

    static double cpuSeconds(long pid) {
        var stat = read(pid, "stat");
        // The name in parentheses may hold anything; utime and stime are the 12th and 13th field after it.
        var fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        return fields.length < 13 ? 0 : (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    static long residentMegabytes(long pid) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0L);
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException gone) {
            return "";
        }
    }
}
