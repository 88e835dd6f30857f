package dev.garboard.operatorapi;

import java.nio.file.Path;

/** The API in a process with a small heap. */
public final class LoadedApi {

    private LoadedApi() {}

    /**
     * Serves until its input ends.
     *
     * @param args directory of the site, which is made
     */
    public static void main(String[] args) throws Exception {
        try (var api = RunningApi.start(Path.of(args[0]), defaults -> defaults)) {
            System.out.println("port " + api.uri("").getPort());
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }
}
