package dev.garboard.lab;

/** Measures the steps of one {@code up}. */
final class StepClock {

    private final Report report;
    private final long start = System.nanoTime();
    private long last = start;

    StepClock(Report report) {
        this.report = report;
    }

    /** Reports a step as done, with the time since the one before. */
    void done(String step, String detail) {
        long now = System.nanoTime();
        report.done(step, detail, tenths(now - last));
        last = now;
    }

    /** What happened until now was reported by somebody else. */
    void skip() {
        last = System.nanoTime();
    }

    void progress(String step, String line) {
        report.progress(step, line);
    }

    double sinceStart() {
        return tenths(System.nanoTime() - start);
    }

    private static double tenths(long nanos) {
        return Math.round(nanos / 1e8) / 10.0;
    }
}
