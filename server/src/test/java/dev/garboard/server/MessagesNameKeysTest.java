package dev.garboard.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.inventory.StrictText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A message that sends somebody to a key of the configuration sends them to one that exists and that the written file explains. */
class MessagesNameKeysTest {

    private static final Path SOURCES = Path.of("..");
    private static final Path WRITTEN = SOURCES.resolve("cli/src/main/resources/dev/garboard/cli/garboard.yaml");
    private static final List<String> MODULES = List.of(
            "cli", "dhcp", "fleet", "http-boot", "image", "inventory", "operator-api", "server", "tftp", "trust");
    private static final Pattern TEXT = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern KEY = Pattern.compile(
            "(?<![\\w./-])(?:database|dhcp|tftp|http-boot|operator-api|node-api|enrollment|metrics|log|seed)\\.[a-z][a-z-]+(?![\\w.-]*[\\w/(])");

    private static JsonNode written() throws IOException {
        return StrictText.yaml(Files.readString(WRITTEN).replaceAll("\\$\\{[a-z-]+}", "x"));
    }

    @Test
    void everyKeyInAMessageIsInTheWrittenFile() throws IOException {
        var file = written();
        var missing = new TreeSet<String>();
        int found = 0;
        for (var source : sources()) {
            var texts = TEXT.matcher(Files.readString(source));
            while (texts.find()) {
                var keys = KEY.matcher(texts.group(1));
                while (keys.find()) {
                    found++;
                    var parts = keys.group().split("\\.", -1);
                    if (file.path(parts[0]).path(parts[1]).isMissingNode()) {
                        missing.add(keys.group() + " in " + source);
                    }
                }
            }
        }
        assertTrue(found > 20, "only " + found + " keys were found; the test looks in the wrong place");
        assertEquals(List.of(), List.copyOf(missing));
    }

    @Test
    void everyBoundIsInTheWrittenFile() throws IOException {
        var file = written();
        var missing = new ArrayList<String>();
        for (var name : List.of("tftp", "http-boot", "operator-api", "node-api")) {
            var section = new Section(name, StrictText.yaml("{}"), Path.of("/"));
            switch (name) {
                case "tftp" -> Bounds.tftp(section);
                case "http-boot" -> Bounds.httpBoot(section, section.address("listen", "0.0.0.0:80"));
                case "operator-api" -> Bounds.operatorApi(section);
                default -> Bounds.connections(section, 1, 1);
            }
            for (var key : section.known()) {
                if (file.path(name).path(key).isMissingNode()) {
                    missing.add(name + "." + key);
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    private static List<Path> sources() throws IOException {
        var sources = new ArrayList<Path>();
        for (var module : MODULES) {
            try (Stream<Path> files = Files.walk(SOURCES.resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }
}
