package dev.garboard.tftp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Cleans the file names firmware sends, and refuses those that could leave the served tree. */
final class FileName {
    private static final int MAX_LENGTH = 512;

    private FileName() {}

    /**
     * The name without a leading slash, with single forward slashes; empty when it must be refused. Firmware appends 0xFF (the END
     * option behind an unterminated DHCP option 67), NULs and blanks, and Windows-minded boot files use backslashes.
     */
    static Optional<String> clean(String raw) {
        int end = raw.length();
        while (end > 0 && isTrailingGarbage(raw.charAt(end - 1))) {
            end--;
        }
        var name = raw.substring(0, end);
        if (name.length() > MAX_LENGTH || name.chars().anyMatch(Character::isISOControl)) {
            return Optional.empty();
        }
        List<String> segments = new ArrayList<>();
        for (var segment : name.replace('\\', '/').split("/", -1)) {
            if (segment.equals("..")) {
                return Optional.empty();
            }
            if (!segment.isEmpty() && !segment.equals(".")) {
                segments.add(segment);
            }
        }
        return segments.isEmpty() ? Optional.empty() : Optional.of(String.join("/", segments));
    }

    private static boolean isTrailingGarbage(char last) {
        return last == 0xff || last <= ' ';
    }
}
