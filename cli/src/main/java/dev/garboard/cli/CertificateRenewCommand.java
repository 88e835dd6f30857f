package dev.garboard.cli;

import dev.garboard.inventory.Kinds;
import dev.garboard.trust.CertificateRequest;
import dev.garboard.trust.KeyPairs;
import dev.garboard.trust.Pem;
import dev.garboard.trust.Revocation;
import dev.garboard.trust.Role;
import dev.garboard.trust.SiteAuthority;
import dev.garboard.trust.TlsIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.JsonNodeFactory;

/** Replaces a certificate. */
@Command(
        name = "renew",
        description = {
            "Issue a new certificate of the same name and role with a new key, put it into the kubeconfig, and revoke"
                    + " the old one.",
            "With --site, for an administrator whose certificate is lost: issued from the site's directory, where the"
                    + " CA's key is; no server has to run. The lost one is not revoked by it: `garboard certificate"
                    + " revoke` does that afterwards."
        })
final class CertificateRenewCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SiteConnection site;

    @Mixin
    private ResourceOutput output;

    @Option(names = "--keep-old", description = "Leave the old one valid until its end.")
    private boolean keepOld;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Of somebody else, as an admin: writes NAME.crt and NAME.key into --out. Needs --role.")
    private @Nullable String name;

    @Option(names = "--role", paramLabel = "ROLE", description = "With --name: reader, operator or admin.")
    private @Nullable String role;

    @Option(
            names = "--out",
            paramLabel = "DIRECTORY",
            description = "With --name: where its files are written (default: here).",
            defaultValue = ".")
    private Path directory;

    @Option(names = "--site", paramLabel = "DIRECTORY", description = "The site's directory, made by `garboard init`.")
    private @Nullable Path lost;

    @Override
    public Integer call() {
        try {
            if (lost != null) {
                return reissue(lost.toAbsolutePath());
            }
            return name == null ? renewOwn() : issueTo(name);
        } catch (IOException failed) {
            throw new CommandException(
                    ExitCode.FAILED, "the certificate cannot be written: " + failed.getMessage(), failed);
        }
    }

    private int renewOwn() throws IOException {
        var kubeconfig = site.kubeconfig();
        try (var api = new ApiClient(kubeconfig)) {
            var identity = issue(api, null);
            IdentityFiles.replace(kubeconfig, identity);
            var former = kubeconfig.identity().certificate();
            if (!keepOld) {
                // With the old one, which may take itself back, and only when the new one is safely on disk.
                revoke(api, Revocation.serialOf(former), Revocation.serialOf(identity.certificate()));
            }
            return report(
                    identity, kubeconfig.file() + (keepOld ? "; the old one stays valid" : "; the old one is revoked"));
        }
    }

    private int issueTo(String other) throws IOException {
        if (!other.matches("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")) {
            throw new CommandException(
                    ExitCode.USAGE, "the name \"" + other + "\" does not do; expected letters, digits and . _ @ -");
        }
        if (role == null) {
            throw new CommandException(ExitCode.USAGE, "--name needs --role: reader, operator or admin");
        }
        try (var api = site.open()) {
            var former = api.resources(Kinds.OPERATOR_CERTIFICATE).stream()
                    .filter(one ->
                            one.spec().subject().equals(other) && one.spec().revoked() == null)
                    .toList();
            var identity = issue(api, other);
            IdentityFiles.write(directory, other, identity);
            if (!keepOld) {
                former.forEach(one -> revoke(api, one.name(), Revocation.serialOf(identity.certificate())));
            }
            return report(
                    identity,
                    directory.resolve(other) + ".crt and .key; " + (keepOld ? 0 : former.size()) + " former revoked");
        }
    }

    private TlsIdentity issue(ApiClient api, @Nullable String subject) {
        var keys = KeyPairs.ecP256();
        var resource = JsonNodeFactory.instance.objectNode();
        var wanted = resource.putObject("spec");
        wanted.put("request", Base64.getEncoder().encodeToString(CertificateRequest.create(keys)));
        if (subject != null) {
            wanted.put("subject", subject).put("role", role);
        }
        var answer = api.create(Kinds.OPERATOR_CERTIFICATE, resource);
        return new TlsIdentity(
                keys.getPrivate(), Pem.certificates(answer.path("certificate").asString(""), "the server's answer"));
    }

    private static void revoke(ApiClient api, String serial, String successor) {
        var patch = JsonNodeFactory.instance.objectNode();
        // Alone: the one that replaces it was issued with it.
        patch.putObject("spec")
                .putObject("revoked")
                .put("reason", "replaced by " + successor)
                .put("reach", "Alone");
        api.patch(Kinds.OPERATOR_CERTIFICATE, serial, patch);
    }

    private int reissue(Path siteDirectory) throws IOException {
        var pki = siteDirectory.resolve("pki");
        var authority = SiteAuthority.open(pki, InstantSource.system());
        var kubeconfig = Kubeconfig.read(siteDirectory.resolve("kubeconfig"));
        var identity = authority.issueOperator("admin", Role.ADMIN, SiteAuthority.OPERATOR_VALIDITY);
        IdentityFiles.replace(kubeconfig, identity);
        IdentityFiles.write(pki, "admin", identity);
        return report(
                identity,
                kubeconfig.file() + "; the lost one stays valid until `garboard certificate revoke "
                        + Revocation.serialOf(kubeconfig.identity().certificate()) + "`");
    }

    private int report(TlsIdentity identity, String where) {
        var out = spec.commandLine().getOut();
        var serial = Revocation.serialOf(identity.certificate());
        if (output.isTable()) {
            out.println("certificate " + serial + " of " + identity.caller().describe() + ", valid until "
                    + identity.notAfter() + ": written to " + where);
            out.flush();
        } else {
            output.write(
                    out,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("serial", serial)
                            .put("subject", identity.caller().name())
                            .put("role", identity.caller().rolesInWords())
                            .put("notAfter", identity.notAfter().toString()));
        }
        return ExitCode.OK;
    }
}
