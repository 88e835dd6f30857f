package dev.garboard.cli;

import dev.garboard.image.ImageManifest;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** How an image command answers: text for people, or one JSON object a line for programs. */
final class ImageOutput {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    enum Format {
        TEXT,
        JSON
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            defaultValue = "TEXT")
    private Format format = Format.TEXT;

    boolean isJson() {
        return format == Format.JSON;
    }

    static void json(PrintWriter out, Object value) {
        out.println(JSON.writeValueAsString(value));
        out.flush();
    }

    /** What an image is, in the words of its manifest. */
    static Map<String, Object> summary(ImageManifest manifest) {
        var summary = new LinkedHashMap<String, Object>();
        summary.put("name", manifest.name());
        summary.put("version", manifest.version());
        summary.put("platform", manifest.platform());
        summary.put("architecture", manifest.architecture());
        summary.put("kernelRelease", manifest.kernelRelease());
        summary.put("buildId", manifest.buildId());
        summary.put("rootHash", manifest.rootHash());
        summary.put("commandLine", manifest.commandLine());
        summary.put("builtAt", manifest.builtAt().toString());
        summary.put("files", manifest.files());
        return summary;
    }

    static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
