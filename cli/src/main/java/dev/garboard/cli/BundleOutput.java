package dev.garboard.cli;

import dev.garboard.image.BundleStore;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the commands about bundles share. */
final class BundleOutput {

    private BundleOutput() {}

    static BundleStore store(SiteDirectory site) {
        return new BundleStore(site.path().resolve("bundles"));
    }

    /** What a bundle is, in the words of its manifest, and who signed it. */
    static Map<String, Object> summary(BundleStore.Imported bundle) {
        var manifest = bundle.manifest();
        var summary = new LinkedHashMap<String, Object>();
        summary.put("name", manifest.name());
        summary.put("version", manifest.version());
        summary.put("architecture", manifest.architecture());
        summary.put("rootHash", manifest.rootHash());
        summary.put("image", manifest.image());
        summary.put("manifestSha256", bundle.manifestSha256());
        summary.put("signer", bundle.signer());
        summary.put("signerFingerprint", bundle.signerFingerprint());
        return summary;
    }
}
