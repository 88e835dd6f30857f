package dev.garboard.lab;

import dev.garboard.trust.Sha256;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** The lab's site and its node image, made by Garboard's own commands as anybody would make them. */
record LabSite(LabDirectory directory, Distribution distribution, LabProcesses processes, Report report) {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int LINES_OF_A_FAILURE = 12;

    /** Makes the site, unless it is there. */
    void make() throws IOException {
        if (Files.exists(directory.configuration())) {
            return;
        }
        // Half a site of an interrupted run would be refused, and nobody else's is in the lab's directory.
        Directories.delete(directory.site());
        run(
                "site",
                distribution.command(
                        "init",
                        directory.site().toString(),
                        "--lab",
                        "--name",
                        "lab",
                        "--interface",
                        LabNetwork.BRIDGE,
                        "--address",
                        LabNetwork.ADDRESS,
                        "--subnet",
                        LabNetwork.SUBNET),
                false);
    }

    /** Builds and imports a node image; false when the one of a former run is still right. */
    boolean image() throws IOException {
        var key = key();
        var stamp = directory.root().resolve("image.key");
        if (Files.exists(stamp) && Files.readString(stamp).equals(key)) {
            return false;
        }
        Files.deleteIfExists(stamp);
        Directories.delete(directory.image());
        run(
                "image",
                distribution.command(
                        "image",
                        "build",
                        "--platform",
                        "lab",
                        "--site",
                        directory.site().toString(),
                        "--to",
                        directory.image().toString()),
                true);
        run(
                "image",
                distribution.command(
                        "image",
                        "import",
                        "--site",
                        directory.site().toString(),
                        directory.image().toString()),
                true);
        Files.writeString(stamp, key);
        return true;
    }

    /** The name of the image that was built last. */
    String imageName() throws IOException {
        return MAPPER.readTree(Files.readString(directory.image().resolve("manifest.json")))
                .path("name")
                .asString();
    }

    /** What the image is made of: the agent and the builder, and this site's keys. */
    private String key() throws IOException {
        var digest = Sha256.digest();
        digest.update(distribution.imageDigest().getBytes(StandardCharsets.UTF_8));
        for (var certificate : List.of("site-ca.crt", "release.crt")) {
            digest.update(Files.readAllBytes(directory.pki().resolve(certificate)));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** For people to have a kubeconfig that works on the host: the same, through the relay. */
    void writeKubeconfig(int operatorPort) throws IOException {
        var text = Files.readString(directory.site().resolve("kubeconfig"))
                .replace(LabNetwork.ADDRESS + ":7442", "127.0.0.1:" + operatorPort)
                .replace(LabNetwork.ADDRESS + ":7443", "127.0.0.1:" + (operatorPort + 1));
        Files.deleteIfExists(directory.kubeconfig());
        Files.createFile(
                directory.kubeconfig(),
                java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                        java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
        Files.writeString(directory.kubeconfig(), text);
    }

    /**
     * Runs one of the steps.
     *
     * @param showing whether what it says is progress
     * @return the last lines that it said
     */
    List<String> run(String step, List<String> command, boolean showing) throws IOException {
        var process = processes
                .builder(step, command)
                .directory(directory.root().toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        var last = new ArrayDeque<String>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = lines.readLine()) != null) {
                if (showing && !line.isBlank()) {
                    report.progress(step, line);
                }
                last.add(line);
                if (last.size() > LINES_OF_A_FAILURE) {
                    last.remove();
                }
            }
            int code = process.waitFor();
            if (code != 0) {
                throw new LabException("the step \"" + step + "\" failed with exit code " + code + ":\n  "
                        + String.join("\n  ", last));
            }
            return List.copyOf(last);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted in the step \"" + step + "\"", interrupted);
        } finally {
            process.destroy();
        }
    }
}
