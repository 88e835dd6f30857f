package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agent.linux.Children;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Starts the commands of static pods as plain processes: what is tested are the flags and files, not the containers. */
final class TestKubelet {

    private static final String MOUNT = "/opt/garboard/bin/";

    private final Children children;
    private final Path manifests;
    private final Path programs;
    private final Path logs;
    private final Map<String, Running> running = new HashMap<>();

    private record Running(String manifest, Children.Child child) {}

    TestKubelet(Children children, Path manifests, Path programs, Path logs) {
        this.children = children;
        this.manifests = manifests;
        this.programs = programs;
        this.logs = logs;
    }

    /** Makes what runs be what the manifests say. */
    void look() throws IOException, InterruptedException {
        if (!Files.isDirectory(manifests)) {
            return;
        }
        List<Path> files;
        try (var list = Files.list(manifests)) {
            files = list.filter(file -> file.toString().endsWith(".json")).toList();
        }
        for (var file : files) {
            var name = file.getFileName().toString().replace(".json", "");
            var manifest = Files.readString(file);
            var now = running.get(name);
            if (now != null && !now.manifest().equals(manifest)) {
                stop(now);
                now = null;
            }
            if (now == null || now.child().exit().isDone()) {
                running.put(name, new Running(manifest, start(name, manifest)));
            }
        }
    }

    void stopAll() throws InterruptedException {
        for (var one : running.values()) {
            stop(one);
        }
    }

    private void stop(Running one) throws InterruptedException {
        children.signal(one.child(), 9);
        while (!one.child().exit().isDone()) {
            Thread.sleep(20);
        }
    }

    private Children.Child start(String name, String manifest) {
        var command = new ArrayList<String>();
        JsonMapper.shared()
                .readTree(manifest)
                .path("spec")
                .path("containers")
                .get(0)
                .path("command")
                .forEach(word -> command.add(word.stringValue()));
        command.set(0, programs + "/" + command.getFirst().substring(MOUNT.length()));
        Path log = logs.resolve(name + ".log");
        return children.spawn(command, List.of("PATH=/usr/bin:/bin", "HOME=/run"), line -> write(log, line));
    }

    private static void write(Path log, String line) {
        try {
            Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
