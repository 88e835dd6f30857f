package dev.garboard.operatorapi;

import dev.garboard.inventory.InvalidResourceException;
import dev.garboard.inventory.Kinds;
import dev.garboard.inventory.OperatorCertificateSpec.Reach;
import dev.garboard.inventory.ResourceJson;
import dev.garboard.trust.GuardedChange;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TrustException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The writes of people's certificates. A POST with {@code spec.request} (PKCS #10, base64 of DER) issues one: for the caller with the
 * caller's role, or for {@code spec.subject} with {@code spec.role}. One for the caller replaces the certificate that the caller shows, unless an
 * admin names the subject. A PATCH with {@code spec.revoked.reason} takes one back, by its serial number, or by {@code spec.certificate} (PEM), with its
 * renewals unless {@code spec.revoked.reach} says otherwise.
 */
final class CertificateApi {

    private static final int LONGEST_REASON = 200;

    private final OperatorCertificates book;
    private final X509Certificate siteCa;

    CertificateApi(OperatorCertificates book, X509Certificate siteCa) {
        this.book = book;
        this.siteCa = siteCa;
    }

    ApiAnswer answer(ApiCall call, Verb verb, @Nullable String serial) {
        if (call.dryRun()) {
            throw new RefusedException(Refusal.badRequest("certificates are issued and revoked, never tried: dryRun"));
        }
        try {
            return verb == Verb.CREATE ? issue(call) : revoke(call, Objects.requireNonNull(serial));
        } catch (TrustException wrong) {
            throw new RefusedException(Refusal.badRequest(String.valueOf(wrong.getMessage())));
        } catch (InvalidResourceException tooMany) {
            // As Kubernetes says that a quota is used up.
            throw new RefusedException(
                    Refusal.forbidden("the book of certificates does not take it: " + tooMany.getMessage()));
        }
    }

    private ApiAnswer issue(ApiCall call) {
        var spec = Bodies.object(call).path("spec");
        var own = call.caller().roles().stream()
                .filter(Role::isPersons)
                .max(Role::compareTo)
                .orElseThrow();
        var subject = spec.path("subject").asString(call.caller().name());
        var role = spec.has("role") ? Role.ofWord(spec.path("role").asString("")) : own;
        var change = GuardedChange.CERTIFICATE_OF_ANOTHER;
        if ((!subject.equals(call.caller().name()) || role != own)
                && !call.caller().may(change.role())) {
            throw new RefusedException(Refusal.forbidden(call.caller().name() + " cannot have a certificate issued for "
                    + subject + " (" + role.word() + "): that takes the role "
                    + change.role().word() + ", the certificate says "
                    + call.caller().rolesInWords()));
        }
        var renewal = !spec.has("subject") || !call.caller().may(change.role());
        var wanted = new OperatorCertificates.Wanted(
                subject, role, SiteAuthority.OPERATOR_VALIDITY, call.caller(), call.shown(), renewal);
        var chain = book.issue(wanted, request(spec));
        var serial = Revocation.serialOf(chain.getFirst());
        var answer = JsonNodeFactory.instance.objectNode();
        answer.put("apiVersion", ResourceJson.API_VERSION).put("kind", Kinds.OPERATOR_CERTIFICATE.name());
        answer.putObject("metadata").put("name", serial);
        answer.put("certificate", Pem.ofCertificates(chain));
        return ApiAnswer.json(201, answer);
    }

    private static byte[] request(JsonNode spec) {
        try {
            var request = Base64.getDecoder().decode(spec.path("request").asString(""));
            if (request.length > 0) {
                return request;
            }
        } catch (IllegalArgumentException _) {
            // told below, like a missing one
        }
        throw new RefusedException(
                Refusal.badRequest("spec.request: missing, expected a PKCS #10 certificate request, base64 of DER"));
    }

    private ApiAnswer revoke(ApiCall call, String name) {
        var change = GuardedChange.CERTIFICATE_OF_ANOTHER;
        var serial = Revocation.serial(name);
        var spec = Bodies.patch(call).path("spec");
        var reach = reach(spec.path("revoked").path("reach"));
        var own = serial.equals(Revocation.serialOf(call.shown())) && reach != Reach.ISSUED;
        if (!own && !call.caller().may(change.role())) {
            throw new RefusedException(Refusal.forbidden(call.caller().name()
                    + " cannot revoke another certificate than the own one: that takes the role "
                    + change.role().word() + ", the certificate says "
                    + call.caller().rolesInWords()));
        }
        var reason = spec.path("revoked").path("reason").asString("");
        if (reason.isBlank() || reason.length() > LONGEST_REASON) {
            throw new RefusedException(Refusal.badRequest(
                    "spec.revoked.reason: found " + reason.length() + " characters, expected 1 to " + LONGEST_REASON));
        }
        var certificate =
                spec.has("certificate") ? shown(spec.path("certificate").asString(""), serial) : null;
        return ApiAnswer.json(200, ResourceJson.write(book.revoke(serial, certificate, call.caller(), reason, reach)));
    }

    /** With its renewals, if nothing is said: whoever has the key of a stolen certificate could have had it renewed. */
    private static Reach reach(JsonNode said) {
        return switch (said.isMissingNode() || said.isNull() ? "Renewals" : said.asString("")) {
            case "Alone" -> Reach.ALONE;
            case "Renewals" -> Reach.RENEWALS;
            case "Issued" -> Reach.ISSUED;
            default ->
                throw new RefusedException(Refusal.badRequest(
                        "spec.revoked.reach: found " + said + ", expected Alone, Renewals or Issued"));
        };
    }

    private X509Certificate shown(String pem, String serial) {
        var certificate = Pem.certificates(pem, "spec.certificate").getFirst();
        if (!Revocation.serialOf(certificate).equals(serial)) {
            throw new TrustException("spec.certificate has the serial number " + Revocation.serialOf(certificate)
                    + ", the path names " + serial);
        }
        try {
            certificate.verify(siteCa.getPublicKey());
        } catch (GeneralSecurityException other) {
            throw new TrustException("spec.certificate was not issued by this site's CA", other);
        }
        return certificate;
    }
}
