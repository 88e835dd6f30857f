package dev.garboard.agentapi;

import dev.garboard.trust.Caller;
import dev.garboard.trust.Role;
import dev.garboard.trust.TrustException;
import io.grpc.Metadata;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Set;

/** The request metadata of the machine API. */
public final class MachineMetadata {

    /** Names the machine that a call through the server is for. */
    public static final Metadata.Key<String> MACHINE =
            Metadata.Key.of("garboard-machine", Metadata.ASCII_STRING_MARSHALLER);

    /** Says for whom the server calls a node: {@code <name>;<role>}, the name percent-encoded. */
    public static final Metadata.Key<String> ON_BEHALF_OF =
            Metadata.Key.of("garboard-on-behalf-of", Metadata.ASCII_STRING_MARSHALLER);

    private MachineMetadata() {}

    /** The value of {@link #ON_BEHALF_OF} for a person; of several roles the greatest. */
    public static String onBehalfOf(Caller caller) {
        var role = caller.roles().stream()
                .filter(Role::isPersons)
                .max(Comparator.naturalOrder())
                .orElseThrow(() ->
                        new TrustException(caller.describe() + " is no person, a call cannot be made on its behalf"));
        return URLEncoder.encode(caller.name(), StandardCharsets.UTF_8) + ";" + role.word();
    }

    /**
     * The person named by {@link #ON_BEHALF_OF}.
     *
     * @throws TrustException when the value has another form
     */
    public static Caller readOnBehalfOf(String value) {
        int semicolon = value.indexOf(';');
        if (semicolon < 0) {
            throw new TrustException("garboard-on-behalf-of is \"" + value + "\", expected <name>;<role>");
        }
        var role = Role.ofWord(value.substring(semicolon + 1));
        if (!role.isPersons()) {
            throw new TrustException(
                    "garboard-on-behalf-of names the role " + role.word() + ", expected reader, operator or admin");
        }
        try {
            return new Caller(URLDecoder.decode(value.substring(0, semicolon), StandardCharsets.UTF_8), Set.of(role));
        } catch (IllegalArgumentException malformed) {
            throw new TrustException(
                    "the name in garboard-on-behalf-of is not percent-encoded: " + malformed.getMessage(), malformed);
        }
    }
}
