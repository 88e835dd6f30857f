package dev.garboard.trust;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Who calls, as the certificate says. A person and a machine may have the same name; their roles tell them apart.
 *
 * @param name the subject's common name
 * @param roles from the subject's organisations; organisations that name no role are passed over
 */
public record Caller(String name, Set<Role> roles) {

    private static final byte[] COMMON_NAME = {0x55, 0x04, 0x03};
    private static final byte[] ORGANIZATION = {0x55, 0x04, 0x0A};

    public Caller {
        roles = Set.copyOf(roles);
    }

    /** The bearer of a certificate that was already verified. */
    public static Caller of(X509Certificate certificate) {
        byte[] subject = certificate.getSubjectX500Principal().getEncoded();
        var names = values(subject, COMMON_NAME);
        var roles = values(subject, ORGANIZATION).stream()
                .flatMap(organization -> Role.ofOrganization(organization).stream())
                .collect(Collectors.toSet());
        return new Caller(names.isEmpty() ? "" : names.getLast(), roles);
    }

    /** Whether one of the roles permits what needs this one. */
    public boolean may(Role needed) {
        return roles.stream().anyMatch(role -> role.permits(needed));
    }

    /** For example {@code alice (operator)}. */
    public String describe() {
        return (name.isEmpty() ? "a caller without a name" : name) + " (" + rolesInWords() + ")";
    }

    /** The roles in words, or {@code no role}. */
    public String rolesInWords() {
        return roles.isEmpty()
                ? "no role"
                : new TreeSet<>(roles).stream().map(Role::word).collect(Collectors.joining(", "));
    }

    /** Read from DER instead of from text, so that no escaping can make one attribute look like another. */
    private static List<String> values(byte[] subject, byte[] type) {
        var values = new ArrayList<String>();
        for (var name : Der.read(ByteBuffer.wrap(subject))) {
            for (var relativeName : name.children()) {
                for (var attribute : relativeName.children()) {
                    var parts = attribute.children();
                    if (parts.size() == 2
                            && parts.get(0).tag() == Der.OBJECT_IDENTIFIER
                            && Arrays.equals(parts.get(0).bytes(), type)
                            && isText(parts.get(1).tag())) {
                        values.add(new String(parts.get(1).bytes(), StandardCharsets.UTF_8));
                    }
                }
            }
        }
        return values;
    }

    private static boolean isText(int tag) {
        return tag == Der.UTF8_STRING || tag == Der.PRINTABLE_STRING || tag == Der.IA5_STRING;
    }
}
