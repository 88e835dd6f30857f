package dev.garboard.lab;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Follows an iPXE script: the commands that Garboard's scripts use, with their control flow. What it loads lies in a directory in place of a
 * machine's memory.
 */
final class BootScript {

    private static final Pattern SETTING = Pattern.compile("\\$\\{([A-Za-z0-9_/.-]+)}");
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final int CONNECT_MILLIS = 10_000;
    private static final int SILENCE_MILLIS = 30_000;
    private static final int LONGEST_SCRIPT = 64 * 1024;

    private final Path directory;
    private final Consumer<String> console;
    private final Map<String, String> settings = new HashMap<>(Map.of("platform", "pcbios"));
    private final Map<String, Path> loaded = new LinkedHashMap<>();
    private List<String> lines = List.of();
    private int next;
    private String arguments = "";
    private @Nullable Ending ending;

    /** How a script ends. */
    sealed interface Ending {

        /** A kernel is started with these arguments and these files, by name. */
        record Boot(String arguments, Map<String, Path> files) implements Ending {
            public Boot {
                files = Map.copyOf(files);
            }
        }

        record Reboot() implements Ending {}

        /** Back to the firmware, which goes on with its boot order. */
        record Exit() implements Ending {}
    }

    BootScript(Path directory, Consumer<String> console) {
        this.directory = directory;
        this.console = console;
    }

    Ending run(URI script) {
        fetchScript(script);
        while (true) {
            var end = ending;
            if (end != null) {
                return end;
            }
            if (next >= lines.size()) {
                return new Ending.Exit();
            }
            var line = lines.get(next++);
            if (!line(line)) {
                throw new LabException("the boot script stopped at: " + line);
            }
        }
    }

    /** Runs the commands of a line as {@code &&} and {@code ||} say; false when the last one that ran failed. */
    private boolean line(String line) {
        if (line.isEmpty() || line.startsWith("#") || line.startsWith(":")) {
            return true;
        }
        boolean fine = true;
        boolean due = true;
        var command = new ArrayList<String>();
        for (var word : (line + " ;").split("\\s+", -1)) {
            boolean ends = word.equals("&&") || word.equals("||") || word.equals(";");
            if (!ends) {
                command.add(word);
                continue;
            }
            fine = due ? command(command) : fine;
            due = word.equals("&&") == fine;
            command.clear();
        }
        return fine;
    }

    private boolean command(List<String> raw) {
        var words = raw.stream().map(this::expanded).toList();
        if (words.isEmpty()) {
            return true;
        }
        return switch (words.getFirst()) {
            case "echo" -> done(() -> console.accept(String.join(" ", words.subList(1, words.size()))));
            case "sleep" -> done(() -> Pause.millis(Integer.parseInt(words.get(1)) * 1000L));
            case "set" -> done(() -> settings.put(words.get(1).replaceFirst(":.*", ""), words.get(2)));
            case "inc" ->
                done(() -> settings.merge(
                        words.get(1), "1", (value, one) -> Integer.toString(Integer.parseInt(value) + 1)));
            case "iseq" -> words.get(1).equals(words.get(2));
            case "isset" -> words.size() > 1 && !words.get(1).isEmpty();
            case "goto" -> jump(words.get(1));
            case "imgfree" -> done(loaded::clear);
            case "kernel", "initrd" -> load(words);
            case "boot" -> boot();
            case "chain" -> chain(words.getLast());
            case "reboot" -> done(() -> ending = new Ending.Reboot());
            case "exit" -> done(() -> ending = new Ending.Exit());
            case "sanboot" -> false;
            default ->
                throw new LabException(
                        "the boot script has the command " + words.getFirst() + ", which container nodes do not know");
        };
    }

    private static boolean done(Runnable work) {
        work.run();
        return true;
    }

    private String expanded(String word) {
        return SETTING.matcher(word)
                .replaceAll(found -> Matcher.quoteReplacement(settings.getOrDefault(found.group(1), "")));
    }

    private boolean jump(String label) {
        int target = lines.indexOf(":" + label);
        if (target < 0) {
            throw new LabException("the boot script has no label " + label);
        }
        next = target;
        return true;
    }

    /** {@code kernel --name NAME URL ARGUMENT...} and {@code initrd --name NAME URL}. */
    private boolean load(List<String> words) {
        if (words.size() < 4
                || !words.get(1).equals("--name")
                || !FILE_NAME.matcher(words.get(2)).matches()) {
            throw new LabException("the boot script loads " + String.join(" ", words) + "; expected " + words.getFirst()
                    + " --name NAME URL");
        }
        var file = directory.resolve(words.get(2));
        try {
            Files.createDirectories(directory);
            long size = fetch(URI.create(words.get(3)), file);
            console.accept(words.get(3) + "... " + size + " bytes");
        } catch (IOException failed) {
            console.accept(words.get(3) + "... " + failed.getMessage());
            return false;
        }
        if (words.getFirst().equals("kernel")) {
            arguments = String.join(" ", words.subList(4, words.size()));
        }
        loaded.put(words.get(2), file);
        return true;
    }

    private boolean boot() {
        if (loaded.isEmpty()) {
            return false;
        }
        ending = new Ending.Boot(arguments, loaded);
        return true;
    }

    private boolean chain(String url) {
        try {
            fetchScript(URI.create(url));
            return true;
        } catch (LabException failed) {
            console.accept(String.valueOf(failed.getMessage()));
            return false;
        }
    }

    private void fetchScript(URI url) {
        try (InputStream in = open(url).getInputStream()) {
            var text = new String(in.readNBytes(LONGEST_SCRIPT), StandardCharsets.US_ASCII);
            if (!text.startsWith("#!ipxe")) {
                throw new LabException(url + " is no iPXE script");
            }
            lines = text.lines().map(String::strip).toList();
            next = 0;
        } catch (IOException failed) {
            throw new LabException(url + ": " + failed.getMessage(), failed);
        }
    }

    private static long fetch(URI url, Path file) throws IOException {
        var connection = open(url);
        try (InputStream in = connection.getInputStream();
                var out = Files.newOutputStream(file)) {
            long size = in.transferTo(out);
            long expected = connection.getContentLengthLong();
            if (expected >= 0 && size != expected) {
                throw new IOException(size + " bytes came, expected " + expected);
            }
            return size;
        }
    }

    private static HttpURLConnection open(URI url) throws IOException {
        if (!(url.toURL().openConnection() instanceof HttpURLConnection connection)) {
            throw new IOException("only http is known here");
        }
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(SILENCE_MILLIS);
        connection.setRequestProperty("User-Agent", "iPXE/garboard-lab");
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            throw new IOException("the server answered " + connection.getResponseCode());
        }
        return connection;
    }
}
