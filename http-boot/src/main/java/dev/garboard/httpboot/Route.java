package dev.garboard.httpboot;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a path asks for. Paths are cleaned here instead of by a redirect, which firmware does not follow. */
sealed interface Route {

    /** The session's script. */
    record Script(SessionId session) implements Route {}

    /** The script a newer iPXE looks for beside itself. */
    record Autoexec(@Nullable SessionId session) implements Route {}

    /** A file. */
    record File(@Nullable SessionId session, String name) implements Route {}

    /** Whether the server lives. */
    record Health() implements Route {}

    /** A path that is refused for its form. */
    record Refused(String reason) implements Route {}

    int MAX_PATH = 1024;

    static Route of(String rawPath) {
        if (rawPath.length() > MAX_PATH) {
            return new Refused("the path has " + rawPath.length() + " characters, at most " + MAX_PATH + " are read");
        }
        var path = decode(rawPath);
        if (path == null) {
            return new Refused("the path has a broken % escape");
        }
        if (path.chars().anyMatch(c -> c < ' ' || c > '~')) {
            return new Refused("the path has characters outside printable ASCII");
        }
        List<String> segments = new ArrayList<>();
        for (var segment : path.replace('\\', '/').split("/", -1)) {
            if (segment.equals("..")) {
                return new Refused("the path leaves the served tree with ..");
            }
            if (!segment.isEmpty() && !segment.equals(".")) {
                segments.add(segment);
            }
        }
        return of(segments);
    }

    private static Route of(List<String> segments) {
        if (segments.equals(List.of("healthz"))) {
            return new Health();
        }
        if (segments.equals(List.of("autoexec.ipxe"))) {
            return new Autoexec(null);
        }
        if (!segments.isEmpty() && segments.getFirst().equals("boot")) {
            if (segments.size() < 3) {
                return new Refused("expected /boot/SESSION/FILE");
            }
            return SessionId.parse(segments.get(1))
                    .map(session -> inSession(session, segments.subList(2, segments.size())))
                    .orElseGet(() -> new Refused("the session in the path is not 32 lower-case hex digits"));
        }
        if (segments.isEmpty()) {
            return new Refused("expected /boot/SESSION/FILE or the name of a loader");
        }
        // The TFTP names, SESSION/FILE and FILE, mean the same here.
        var session = SessionId.parse(segments.getFirst());
        if (session.isPresent() && segments.size() > 1) {
            return inSession(session.get(), segments.subList(1, segments.size()));
        }
        return new File(null, String.join("/", segments));
    }

    private static Route inSession(SessionId session, List<String> rest) {
        if (rest.equals(List.of("script.ipxe"))) {
            return new Script(session);
        }
        if (rest.equals(List.of("autoexec.ipxe"))) {
            return new Autoexec(session);
        }
        return new File(session, String.join("/", rest));
    }

    /** Decodes %XX once, so that a doubly escaped dot stays a harmless file name. */
    private static @Nullable String decode(String path) {
        var text = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c != '%') {
                text.append(c);
                continue;
            }
            if (i + 2 >= path.length()
                    || !HexFormat.isHexDigit(path.charAt(i + 1))
                    || !HexFormat.isHexDigit(path.charAt(i + 2))) {
                return null;
            }
            byte[] octet = HexFormat.of().parseHex(path, i + 1, i + 3);
            text.append(new String(octet, StandardCharsets.ISO_8859_1));
            i += 2;
        }
        return text.toString();
    }
}
