package dev.garboard.agent.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Static pods that run programs of another bundle than the one in use. */
public final class FormerPods {

    /** The annotation that says which bundle a static pod is of. */
    public static final String BUNDLE = "garboard.dev/bundle";

    private FormerPods() {}

    /** Their manifests. */
    public static List<Path> of(Path manifests, MountedBundle inUse) throws IOException {
        var former = new ArrayList<Path>();
        if (Files.isDirectory(manifests)) {
            try (Stream<Path> files = Files.list(manifests)) {
                for (Path file : files.filter(file -> file.toString().endsWith(".json"))
                        .sorted()
                        .toList()) {
                    if (!bundle(file).equals(inUse.name())) {
                        former.add(file);
                    }
                }
            }
        }
        return former;
    }

    private static String bundle(Path manifest) throws IOException {
        try {
            return JsonMapper.shared()
                    .readTree(Files.readString(manifest))
                    .path("metadata")
                    .path("annotations")
                    .path(BUNDLE)
                    .asString("");
        } catch (JacksonException unreadable) {
            return "";
        }
    }
}
