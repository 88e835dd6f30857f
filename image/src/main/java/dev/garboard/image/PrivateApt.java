package dev.garboard.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Apt with lists, cache and settings of its own: it checks signatures as always, and neither reads nor writes the host's
 * package state. No root needed.
 */
final class PrivateApt {

    private static final Duration LIMIT = Duration.ofMinutes(15);
    /** Older lists are refreshed before a build that may take new versions. */
    private static final Duration FRESH = Duration.ofHours(6);

    private static final Pattern KERNEL = Pattern.compile("linux-image-[0-9][^\\s,(]*");

    private final Path root;
    private final Path logs;
    private final Path host;

    /**
     * Prepares the state, once.
     *
     * @param host the root whose sources are taken: {@code /}
     */
    PrivateApt(Path root, Path logs, Path host) {
        this.root = root.toAbsolutePath();
        this.logs = logs;
        this.host = host;
    }

    /** Writes settings and sources; {@code non-free-firmware} is where Debian keeps the firmware of network cards. */
    void configure(Platform platform) throws IOException {
        for (var directory :
                List.of("lists/partial", "cache/archives/partial", "sources", "preferences", "parts", "log")) {
            Files.createDirectories(root.resolve(directory));
        }
        Files.writeString(root.resolve("status"), "");
        var codename = codename();
        var components = platform == Platform.METAL ? List.of("main", "non-free-firmware") : List.of("main");
        var stanzas = hostSources().stream()
                .filter(source -> source.isDebian(codename))
                .map(source -> source.stanza(codename, components))
                .distinct()
                .toList();
        if (stanzas.isEmpty()) {
            throw new ImageException("the apt sources of this host name no Debian mirror for " + codename
                    + " with the component main; an image is built from the packages of the host's own suite");
        }
        Files.writeString(root.resolve("sources/debian.sources"), String.join("\n", stanzas));
        Files.writeString(root.resolve("apt.conf"), settings());
    }

    /** Debian's name of the host's release. */
    String codename() throws IOException {
        return Files.readString(host.resolve("etc/os-release"))
                .lines()
                .filter(line -> line.startsWith("VERSION_CODENAME="))
                .map(line -> line.substring("VERSION_CODENAME=".length()).replace("\"", ""))
                .findFirst()
                .orElseThrow(() -> new ImageException(
                        "/etc/os-release names no VERSION_CODENAME; images are built on Debian 12 or newer"));
    }

    private List<AptSource> hostSources() throws IOException {
        var sources = new ArrayList<AptSource>();
        var single = host.resolve("etc/apt/sources.list");
        if (Files.isRegularFile(single)) {
            sources.addAll(AptSource.readLines(Files.readString(single)));
        }
        var parts = host.resolve("etc/apt/sources.list.d");
        if (Files.isDirectory(parts)) {
            try (Stream<Path> files = Files.list(parts)) {
                for (var file : files.sorted().toList()) {
                    if (file.toString().endsWith(".list")) {
                        sources.addAll(AptSource.readLines(Files.readString(file)));
                    } else if (file.toString().endsWith(".sources")) {
                        sources.addAll(AptSource.readStanzas(Files.readString(file)));
                    }
                }
            }
        }
        return sources;
    }

    private String settings() throws IOException {
        var settings = new StringBuilder();
        // How this host reaches its mirror (proxies, retries) is kept; its hooks would work on the host's own state.
        var dump = HostCommand.of(log("config"), LIMIT, HostTools.path("apt-config"), "dump")
                .run();
        dump.lines()
                .filter(line -> line.startsWith("Acquire::")
                        && !line.startsWith("Acquire::IndexTargets")
                        && !line.startsWith("Acquire::Languages")
                        && !line.endsWith(" \"\";"))
                .forEach(line -> settings.append(line).append('\n'));
        settings.append("Acquire::Languages \"none\";\n");
        setting(settings, "Dir::Etc::main", "/dev/null");
        setting(settings, "Dir::Etc::parts", root.resolve("parts").toString());
        setting(settings, "Dir::Etc::sourcelist", "/dev/null");
        setting(settings, "Dir::Etc::sourceparts", root.resolve("sources").toString());
        setting(settings, "Dir::Etc::preferences", "/dev/null");
        setting(
                settings,
                "Dir::Etc::preferencesparts",
                root.resolve("preferences").toString());
        setting(settings, "Dir::State", root.toString());
        setting(settings, "Dir::State::lists", root.resolve("lists").toString());
        setting(settings, "Dir::State::status", root.resolve("status").toString());
        setting(settings, "Dir::Cache", root.resolve("cache").toString());
        setting(settings, "Dir::Cache::archives", root.resolve("cache/archives").toString());
        setting(settings, "Dir::Log", root.resolve("log").toString());
        setting(settings, "APT::Architecture", "amd64");
        settings.append("APT::Architectures { \"amd64\"; };\n");
        // Apt's own user could not read a directory that belongs to an ordinary user.
        setting(settings, "APT::Sandbox::User", "root");
        return settings.toString();
    }

    private static void setting(StringBuilder settings, String key, String value) {
        settings.append(key).append(" \"").append(value).append("\";\n");
    }

    /**
     * Brings the lists up to date.
     *
     * @return false when the mirror cannot be reached and older lists serve
     */
    boolean update() throws IOException {
        var stamp = root.resolve("updated");
        var sources = Files.readString(root.resolve("sources/debian.sources"));
        boolean known = Files.exists(stamp) && Files.readString(stamp).equals(sources);
        if (known
                && Files.getLastModifiedTime(stamp)
                        .toInstant()
                        .isAfter(Instant.now().minus(FRESH))) {
            return true;
        }
        var outcome = apt("update", "apt-get", "-o", "APT::Update::Error-Mode=any", "update")
                .attempt();
        if (outcome.exitCode() == 0) {
            Files.writeString(stamp, sources);
            return true;
        }
        if (known) {
            return false;
        }
        throw new ImageException(
                "the package lists cannot be fetched from the mirror in this host's apt sources; the first"
                        + " build needs it. apt-get update said:\n"
                        + outcome.output().strip());
    }

    /** The versioned kernel package that a kernel meta package stands for. */
    String kernelOf(String metaPackage) throws IOException {
        var dependencies =
                show(List.of(metaPackage)).getOrDefault(metaPackage, Map.of()).getOrDefault("Depends", "");
        var match = KERNEL.matcher(dependencies);
        if (!match.find()) {
            throw new ImageException(metaPackage + " depends on \"" + dependencies
                    + "\", expected a linux-image package with a version in its name");
        }
        return match.group();
    }

    /** The versions that the suite offers now, of those packages that it has, by name. */
    Map<String, DebianPackage> candidates(List<String> names) throws IOException {
        var candidates = new LinkedHashMap<String, DebianPackage>();
        show(names).forEach((name, fields) -> candidates.put(name, describe(fields)));
        return candidates;
    }

    private static DebianPackage describe(Map<String, String> fields) {
        return new DebianPackage(
                fields.getOrDefault("Package", ""),
                fields.getOrDefault("Version", ""),
                fields.getOrDefault("Architecture", ""),
                fields.getOrDefault("SHA256", ""),
                Long.parseLong(fields.getOrDefault("Size", "0")));
    }

    /** The index entries of packages, by name; the exit code only says that one of them is unknown. */
    private Map<String, Map<String, String>> show(List<String> names) throws IOException {
        var arguments = new ArrayList<>(List.of("show", "--no-all-versions"));
        arguments.addAll(names);
        var output = apt("show-" + names.getFirst(), "apt-cache", arguments.toArray(String[]::new))
                .attempt()
                .output();
        var found = new LinkedHashMap<String, Map<String, String>>();
        for (var stanza : output.split("\\n\\s*\\n", -1)) {
            var fields = new LinkedHashMap<String, String>();
            stanza.lines().filter(line -> !line.startsWith(" ")).forEach(line -> {
                int colon = line.indexOf(": ");
                if (colon > 0) {
                    fields.put(line.substring(0, colon), line.substring(colon + 2));
                }
            });
            if (fields.containsKey("Package")) {
                found.putIfAbsent(fields.getOrDefault("Package", ""), fields);
            }
        }
        return found;
    }

    /** Downloads exactly this version into a directory; false when the mirror has it no longer. */
    boolean download(DebianPackage wanted, Path into) throws IOException {
        Files.createDirectories(into);
        return apt("download-" + wanted.name(), "apt-get", "download", wanted.name() + "=" + wanted.version())
                        .in(into)
                        .attempt()
                        .exitCode()
                == 0;
    }

    private HostCommand apt(String step, String program, String... arguments) {
        var words = new ArrayList<String>();
        words.add(HostTools.path(program));
        words.addAll(List.of(arguments));
        return new HostCommand(words, root, Map.of(), log(step), LIMIT)
                .with("APT_CONFIG", root.resolve("apt.conf").toString());
    }

    private Path log(String step) {
        return logs.resolve("apt-" + step + ".log");
    }
}
