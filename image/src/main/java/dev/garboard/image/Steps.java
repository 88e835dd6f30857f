package dev.garboard.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Function;

/** Runs the steps of a build and tells how long each took. */
record Steps(ImageProgress progress) {

    /** A step's work. */
    interface Work<T> {
        T run() throws IOException;
    }

    <T> T run(String step, Work<T> work, Function<T, String> result) {
        progress.begin(step);
        long start = System.nanoTime();
        try {
            var made = work.run();
            progress.end(step, result.apply(made), Duration.ofNanos(System.nanoTime() - start));
            return made;
        } catch (IOException failed) {
            throw new UncheckedIOException("step " + step + ": " + failed.getMessage(), failed);
        }
    }
}
