package dev.garboard.inventory;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What firmware says when nobody has told it a machine's own number. First a rule: a value that repeats itself, or that counts in equal steps, was
 * not drawn for one machine; by chance alone a random UUID is one of these once in more than 10^18. Then a list, of values that others have met on
 * many machines: the agents of GLPI and FusionInventory ({@code isInvalidBiosValue}), OpenShift's assisted-installer-agent
 * ({@code machine_uuid_scanner.go} and its pull requests 265, 294, 955 and 1625), and Rockstor (rockstor-core issues 1964 and 2143).
 *
 * <p>Not taken for a filler: a UUID that is mostly zeros. Some boards make theirs of a MAC address that way.
 */
final class Placeholders {

    /** Neither repeated nor counted, and all the same on many machines. */
    private static final Set<String> UUIDS = Set.of(
            "12345678123456781234567890abcdef",
            "12345678123456789012123456789012",
            "1234567812345678 90abcddeefaabbcc".replace(" ", ""),
            "12345678123412341234123456789abc",
            "12345678123412341234123456789012",
            "00000000000000000807060504030201",
            "3139313835385a433135353130323750",
            "0011223344556677 8899aabbccddeeff".replace(" ", ""));

    /** Letters and digits of what stands for "there is none". */
    private static final Set<String> WORDS = Set.of(
            "",
            "na",
            "none",
            "null",
            "nil",
            "no",
            "unknown",
            "undefined",
            "unspecified",
            "invalid",
            "empty",
            "blank",
            "default",
            "defaultvalue",
            "oem",
            "tbd",
            "tba",
            "test",
            "sample",
            "serial",
            "serialnumber",
            "sn",
            "uuid",
            "asset",
            "assettag",
            "badindex",
            "outofspec",
            "notused",
            "unused",
            "reserved",
            "abcdef",
            "abcdefg",
            "qwerty",
            "standard",
            "generic",
            "empty1",
            "na1");

    /** A serial that begins like these, or is the beginning of one of them (a field of 16 characters cuts it), is one. */
    private static final List<String> BEGINNINGS = List.of(
            "tobefilled",
            "tobeset",
            "tobedetermined",
            "filledbyoem",
            "filledbyo",
            "filloem",
            "fillbyoem",
            "defaultstring",
            "defaultserial",
            "systemserialnumber",
            "chassisserialnumber",
            "baseboardserialnumber",
            "boardserialnumber",
            "motherboardserial",
            "mbserialnumber",
            "productserialnumber",
            "machineserialnumber",
            "serialnumber",
            "unspecified",
            "notspecified",
            "notavailable",
            "notapplicable",
            "notpresent",
            "notprovided",
            "notprogrammed",
            "notset",
            "notdefined",
            "noserial",
            "noassettag",
            "oemserial",
            "oemstring",
            "empty",
            "unknownserial",
            "invalidserial",
            "systemuuid",
            "outofspec",
            "badindex",
            "inputserial",
            "xxxxxxxx");

    /** Shorter beginnings of a phrase could be a real serial. */
    private static final int SHORTEST_CUT = 10;

    private static final int SHORTEST_COUNT = 4;
    private static final int SHORTEST_REPETITION = 6;

    private Placeholders() {}

    /** Of 32 hexadecimal digits in lower case. */
    static boolean isUuid(String digits) {
        var swapped = Identities.swapped(digits.substring(0, 8) + "-" + digits.substring(8, 12) + "-"
                        + digits.substring(12, 16) + "-" + digits.substring(16))
                .replace("-", "");
        return repeats(digits)
                || repeats(swapped)
                || counts(digits)
                || counts(swapped)
                || UUIDS.contains(digits)
                || UUIDS.contains(swapped);
    }

    /** In any case, with any blanks and punctuation. */
    static boolean isSerial(String serial) {
        var text = folded(serial);
        if (WORDS.contains(text) || BEGINNINGS.stream().anyMatch(phrase -> isCutOf(text, phrase))) {
            return true;
        }
        var once = text.substring(0, period(text));
        if (once.length() < text.length()
                && (once.length() == 1 || text.length() >= SHORTEST_REPETITION || WORDS.contains(once))) {
            return true;
        }
        return text.length() >= SHORTEST_COUNT && digitsCount(text);
    }

    private static boolean isCutOf(String text, String phrase) {
        return text.startsWith(phrase) || (text.length() >= SHORTEST_CUT && phrase.startsWith(text));
    }

    private static String folded(String serial) {
        var text = new StringBuilder();
        serial.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(Character::isLetterOrDigit)
                .forEach(text::appendCodePoint);
        return text.toString();
    }

    /** The same piece twice or more, the last time perhaps not whole. */
    private static boolean repeats(String digits) {
        return period(digits) <= digits.length() / 2;
    }

    /** The length of the piece whose repetition is the text; the text's own when there is none. */
    private static int period(String text) {
        for (int length = 1; length <= text.length() / 2; length++) {
            if (text.regionMatches(length, text, 0, text.length() - length)) {
                return length;
            }
        }
        return text.length();
    }

    /** Digits, bytes, words of two bytes or of four: each greater than the one before by the same. */
    private static boolean counts(String digits) {
        for (int width = 1; width <= 8; width *= 2) {
            long modulus = 1L << (4 * width);
            long first = number(digits, 0, width);
            long step = Math.floorMod(number(digits, width, width) - first, modulus);
            boolean equal = true;
            for (int at = width; at < digits.length() && equal; at += width) {
                equal = Math.floorMod(number(digits, at, width) - number(digits, at - width, width), modulus) == step;
            }
            if (equal) {
                return true;
            }
        }
        // In decimal: 9 is followed by 0.
        return digitsCount(digits);
    }

    private static long number(String digits, int at, int width) {
        return Long.parseLong(digits, at, at + width, 16);
    }

    /** Decimal digits upwards or downwards, 0 following 9. */
    private static boolean digitsCount(String text) {
        int step = text.length() < 2 ? 0 : Math.floorMod(text.charAt(1) - text.charAt(0), 10);
        if (step != 1 && step != 9) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9' || (i > 0 && Math.floorMod(digit - text.charAt(i - 1), 10) != step)) {
                return false;
            }
        }
        return true;
    }
}
