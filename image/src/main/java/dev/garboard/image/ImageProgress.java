package dev.garboard.image;

import java.time.Duration;

/** Told about every step of a build; called from several threads. */
public interface ImageProgress {

    /** A step begins. */
    void begin(String step);

    /**
     * A step ended well.
     *
     * @param result a few words about what came out
     */
    void end(String step, String result, Duration took);

    /** Says nothing. */
    static ImageProgress silent() {
        return new ImageProgress() {
            @Override
            public void begin(String step) {}

            @Override
            public void end(String step, String result, Duration took) {}
        };
    }
}
