package dev.garboard.nodeconfig;

import java.net.Inet4Address;
import java.net.URI;
import java.util.regex.Pattern;

/** The forms of single values, each with the words for what is expected. */
public final class Forms {

    /** A DNS label (RFC 1123), as Kubernetes wants for most names. */
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private static final Pattern DNS_NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern BUNDLE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,127}");
    private static final Pattern TAINT_KEY =
            Pattern.compile("([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");
    private static final Pattern TAINT_VALUE = Pattern.compile("|[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

    private Forms() {}

    public static String label(String text) {
        return matching(LABEL, text, "1 to 63 small letters, digits and hyphens");
    }

    public static String dnsName(String text) {
        return matching(DNS_NAME, text, "a DNS name of small letters, digits, hyphens and dots");
    }

    public static String sha256(String text) {
        return matching(SHA256, text, "64 small hexadecimal digits");
    }

    public static String bundleName(String text) {
        return matching(BUNDLE, text, "a bundle's name of letters, digits and ._+-");
    }

    public static String taintKey(String text) {
        return matching(TAINT_KEY, text, "a taint's key such as node-role.kubernetes.io/control-plane");
    }

    public static String taintValue(String text) {
        return matching(TAINT_VALUE, text, "at most 63 letters, digits and ._-");
    }

    public static Inet4Address address(String text) {
        return Cidr.address(text);
    }

    public static String nameOrAddress(String text) {
        if (!DNS_NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("a DNS name or an IPv4 address");
        }
        return text;
    }

    public static URI httpUrl(String text) {
        try {
            var url = URI.create(text);
            if (("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getQuery() == null
                    && url.getFragment() == null) {
                return url;
            }
        } catch (IllegalArgumentException malformed) {
            // Said below, in the same words as for a URL of another kind.
        }
        throw new IllegalArgumentException("an http or https URL without query");
    }

    private static String matching(Pattern form, String text, String expected) {
        if (!form.matcher(text).matches()) {
            throw new IllegalArgumentException(expected);
        }
        return text;
    }
}
