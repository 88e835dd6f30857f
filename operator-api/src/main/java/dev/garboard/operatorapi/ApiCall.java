package dev.garboard.operatorapi;

import dev.garboard.trust.Caller;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request, read completely.
 *
 * @param path decoded, without the query
 * @param query every parameter with its values
 * @param accept the header, or {@code *}{@code /*} when there was none
 * @param contentType in lower case and without parameters, or null when there was none
 * @param body as text; the bytes of {@link KubernetesProtobuf} as characters of ISO 8859-1
 * @param remote address of the caller, for the audit log
 * @param certificate that the caller showed; null for a call that came over no connection
 */
record ApiCall(
        String method,
        String path,
        Map<String, List<String>> query,
        String accept,
        @Nullable String contentType,
        String body,
        Caller caller,
        String remote,
        @Nullable X509Certificate certificate) {

    /** The certificate that the caller showed. */
    X509Certificate shown() {
        return Objects.requireNonNull(certificate, "a call without a connection has no certificate");
    }

    /** The parameter's first value, or null. */
    @Nullable
    String parameter(String name) {
        var values = query.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    /** As Kubernetes reads a flag: everything but {@code 0} and {@code false} is true, an empty value too. Older clients send {@code True}. */
    boolean flag(String name) {
        var value = parameter(name);
        return value != null && !value.equals("0") && !value.equalsIgnoreCase("false");
    }

    /** A number that is not negative; the fallback when the parameter is missing or empty. */
    long number(String name, long fallback) {
        var value = parameter(name);
        if (value == null || value.isEmpty()) {
            return fallback;
        }
        try {
            var number = Long.parseLong(value);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException _) {
            // told below, like a negative number
        }
        throw new RefusedException(
                Refusal.badRequest("the parameter " + name + " is \"" + value + "\", expected a whole number from 0"));
    }

    /** Whether nothing is to be stored; Kubernetes knows {@code dryRun=All} and no other value. */
    boolean dryRun() {
        var values = query.getOrDefault("dryRun", List.of());
        if (values.stream().anyMatch(value -> !value.equals("All"))) {
            throw new RefusedException(Refusal.badRequest("the parameter dryRun is " + values + ", expected All"));
        }
        return !values.isEmpty();
    }
}
