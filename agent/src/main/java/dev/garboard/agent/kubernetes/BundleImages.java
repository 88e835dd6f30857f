package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.Children;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images that come with bundles, brought into containerd.
 *
 * @param client the bundle whose {@code ctr} is used: that of the containerd that runs
 */
record BundleImages(Children children, MountedBundle client) {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.containerd");
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** Brings in the images of a bundle, under names with its version. */
    void bring(MountedBundle of) throws IOException, InterruptedException {
        bring(of, List.of());
    }

    /** Brings in those of the bundle in use; from now on its image is the one that workloads of the cluster name. */
    void bringCurrent() throws IOException, InterruptedException {
        // The archive's index becomes the other name. A second call of ctr to give it would take longer than the rest.
        bring(client, List.of("--index-name", MountedBundle.currentImage()));
    }

    private void bring(MountedBundle of, List<String> options) throws IOException, InterruptedException {
        try (Stream<Path> images = Files.list(of.path().resolve("images"))) {
            for (Path image : images.sorted().toList()) {
                var words = new ArrayList<>(List.of("images", "import", "--local"));
                words.addAll(options);
                words.add(image.toString());
                ctr(words);
                LOG.info("imported {} of {}", image.getFileName(), of.name());
            }
        }
    }

    private void ctr(List<String> words) throws IOException, InterruptedException {
        var argv = new ArrayList<>(List.of(
                client.program("ctr").toString(),
                "--address",
                NodePaths.CONTAINERD_SOCKET.toString(),
                "--namespace",
                "k8s.io"));
        argv.addAll(words);
        new ProgramCall(children, client.environment()).run(LIMIT, argv.toArray(String[]::new));
    }
}
