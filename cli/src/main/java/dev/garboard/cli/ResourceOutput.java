package dev.garboard.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** How a command shows what it found: a table for people, JSON or YAML for programs. */
final class ResourceOutput {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES, YAMLWriteFeature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();

    enum Format {
        TABLE,
        JSON,
        YAML
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            defaultValue = "TABLE")
    private Format format = Format.TABLE;

    boolean isTable() {
        return format == Format.TABLE;
    }

    /** Writes JSON or YAML. */
    void write(PrintWriter out, JsonNode value) {
        out.println((format == Format.YAML ? YAML.writeValueAsString(value) : JSON.writeValueAsString(value)).strip());
        out.flush();
    }

    /** One of several values that come one by one: a line of JSON, or a YAML document. */
    void writeNext(PrintWriter out, JsonNode value) {
        out.print(format == Format.YAML ? "---\n" + YAML.writeValueAsString(value) : value + "\n");
        out.flush();
    }

    /** Writes a table that the server made. */
    static void table(PrintWriter out, JsonNode table) {
        var names = new ArrayList<String>();
        var shown = new ArrayList<Integer>();
        var definitions = table.path("columnDefinitions");
        for (int i = 0; i < definitions.size(); i++) {
            if (definitions.get(i).path("priority").asInt(0) == 0) {
                shown.add(i);
                names.add(definitions.get(i).path("name").asString(""));
            }
        }
        var rows = new ArrayList<List<String>>();
        for (var row : table.path("rows")) {
            rows.add(shown.stream()
                    .map(column -> row.path("cells").path(column).asString(""))
                    .toList());
        }
        TextTable.print(out, names, rows);
    }
}
