package dev.garboard.inventory;

/** The image that machines boot which have none of their own. */
public final class PreferredImage {

    private PreferredImage() {}

    /**
     * Prefers an image, and no other for the same architecture any more. In between both are preferred and the newer one boots; never
     * none.
     *
     * @throws ResourceMissingException when there is no such image
     */
    public static Resource<ImageSpec, ImageStatus> set(ResourceStore store, String name) {
        var preferred = store.update(Kinds.IMAGE, name, image -> image.withSpec(prefer(image.spec(), true)));
        for (var other : store.list(Kinds.IMAGE).items()) {
            if (!other.name().equals(name)
                    && other.spec().preferred()
                    && other.spec().architecture().equals(preferred.spec().architecture())) {
                store.update(Kinds.IMAGE, other.name(), image -> image.withSpec(prefer(image.spec(), false)));
            }
        }
        return preferred;
    }

    /** The image as it is when it is preferred. */
    public static ImageSpec preferred(ImageSpec image) {
        return prefer(image, true);
    }

    private static ImageSpec prefer(ImageSpec image, boolean preferred) {
        return new ImageSpec(
                image.version(),
                image.platform(),
                image.architecture(),
                image.kernelRelease(),
                image.rootHash(),
                image.commandLine(),
                image.files(),
                image.signer(),
                image.signerFingerprint(),
                image.builtAt(),
                preferred);
    }
}
