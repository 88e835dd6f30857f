package dev.garboard.inventory;

/** The grammars of names and labels in the Kubernetes API conventions, by scanning. */
final class Syntax {

    private Syntax() {}

    /** RFC 1123 label: lower-case letters, digits and inner hyphens, at most 63. */
    static boolean dnsLabel(String text) {
        return !text.isEmpty()
                && text.length() <= 63
                && text.chars().allMatch(c -> lowerOrDigit(c) || c == '-')
                && lowerOrDigit(text.charAt(0))
                && lowerOrDigit(text.charAt(text.length() - 1));
    }

    /** RFC 1123 subdomain: labels with dots between, at most 253 characters. */
    static boolean dnsSubdomain(String text) {
        if (text.length() > 253) {
            return false;
        }
        for (var label : text.split("\\.", -1)) {
            if (!dnsLabel(label)) {
                return false;
            }
        }
        return true;
    }

    /** Key of a label or annotation: an optional DNS prefix and a slash, then a name of at most 63 characters. */
    static boolean labelKey(String key) {
        int slash = key.indexOf('/');
        if (slash >= 0 && !dnsSubdomain(key.substring(0, slash))) {
            return false;
        }
        var name = key.substring(slash + 1);
        return !name.isEmpty() && labelValue(name);
    }

    /** Value of a label: empty, or at most 63 letters, digits, hyphens, underscores and dots that begin and end with one of the first two. */
    static boolean labelValue(String value) {
        if (value.isEmpty()) {
            return true;
        }
        return value.length() <= 63
                && value.chars().allMatch(c -> letterOrDigit(c) || c == '-' || c == '_' || c == '.')
                && letterOrDigit(value.charAt(0))
                && letterOrDigit(value.charAt(value.length() - 1));
    }

    static boolean digits(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    static boolean hex(String text) {
        return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    /** Lower-case hex of exactly that many digits. */
    static boolean hex(String text, int length) {
        return text.length() == length && hex(text);
    }

    private static boolean lowerOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    private static boolean letterOrDigit(int c) {
        return lowerOrDigit(c) || (c >= 'A' && c <= 'Z');
    }
}
