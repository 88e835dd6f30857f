package dev.garboard.image;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The modules of one kernel package. Debian's package has no {@code modules.dep} (its installation makes it), so the
 * dependencies are read from the modules themselves.
 */
final class KernelModules {

    /** One module, as stage-0 loads it: uncompressed, since it calls the kernel directly. */
    record Module(String fileName, Path file) {
        byte[] content() throws IOException {
            return uncompressed(file);
        }
    }

    /** Modules in the order of loading, and the firmware files that they name. */
    record Selection(List<Module> modules, List<String> firmware) {}

    private final String release;
    private final Map<String, Path> files = new LinkedHashMap<>();
    private final Set<String> builtIn = new HashSet<>();

    /**
     * Looks at an unpacked kernel package.
     *
     * @param tree where the package was unpacked
     */
    KernelModules(Path tree) throws IOException {
        var directory = moduleDirectory(tree);
        release = directory.getFileName().toString();
        try (Stream<Path> all = Files.walk(directory.resolve("kernel"))) {
            all.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().contains(".ko"))
                    .sorted()
                    .forEach(file -> files.put(nameOf(file.getFileName().toString()), file));
        }
        Files.readAllLines(directory.resolve("modules.builtin"))
                .forEach(line -> builtIn.add(nameOf(Path.of(line).getFileName().toString())));
    }

    private static Path moduleDirectory(Path tree) throws IOException {
        for (var base : List.of("lib/modules", "usr/lib/modules")) {
            var directory = tree.resolve(base);
            if (Files.isDirectory(directory)) {
                try (Stream<Path> releases = Files.list(directory)) {
                    var found = releases.sorted().toList();
                    if (found.size() == 1) {
                        return found.getFirst();
                    }
                }
            }
        }
        throw new ImageException("the kernel package has no directory lib/modules/RELEASE");
    }

    /** The kernel's release, as {@code uname -r} gives it. */
    String release() {
        return release;
    }

    /**
     * Selects modules with all that they depend on.
     *
     * @param required must be there, as a module or built in
     * @param wanted are taken where this kernel has them
     */
    Selection select(Collection<String> required, Collection<String> wanted) throws IOException {
        var selected = new LinkedHashMap<String, Module>();
        var firmware = new ArrayList<String>();
        for (var name : wanted) {
            add(name, selected, firmware);
        }
        for (var name : required) {
            add(name, selected, firmware);
            if (!selected.containsKey(name) && !builtIn.contains(name)) {
                throw new ImageException(
                        "the kernel " + release + " has no module " + name + ", which the root file system needs");
            }
        }
        return new Selection(
                List.copyOf(selected.values()),
                firmware.stream().distinct().sorted().toList());
    }

    private void add(String name, Map<String, Module> selected, List<String> firmware) throws IOException {
        var file = files.get(name);
        if (file == null || selected.containsKey(name)) {
            return;
        }
        var elf = ElfFile.of(uncompressed(file));
        for (var dependency : dependencies(elf)) {
            add(dependency, selected, firmware);
        }
        firmware.addAll(elf.moduleInformation("firmware"));
        selected.put(name, new Module(plainName(file.getFileName().toString()), file));
    }

    private static List<String> dependencies(ElfFile module) {
        var names = new ArrayList<String>();
        for (var list : module.moduleInformation("depends")) {
            names.addAll(List.of(list.split(",", -1)));
        }
        for (var soft : module.moduleInformation("softdep")) {
            if (soft.startsWith("pre: ")) {
                names.addAll(List.of(soft.substring("pre: ".length()).split("\\s+", -1)));
            }
        }
        return names.stream().map(name -> name.replace('-', '_')).toList();
    }

    private static byte[] uncompressed(Path file) throws IOException {
        var name = file.getFileName().toString();
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = name.endsWith(".xz")
                        ? new XZInputStream(raw)
                        : name.endsWith(".zst")
                                ? new ZstdInputStream(raw)
                                : name.endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
            return in.readAllBytes();
        }
    }

    private static String plainName(String fileName) {
        return fileName.substring(0, fileName.indexOf(".ko") + 3);
    }

    private static String nameOf(String fileName) {
        int suffix = fileName.indexOf(".ko");
        return (suffix < 0 ? fileName : fileName.substring(0, suffix)).replace('-', '_');
    }
}
