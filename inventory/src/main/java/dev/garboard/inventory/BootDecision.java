package dev.garboard.inventory;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a machine boots. Made once a boot and shared by DHCP, TFTP and HTTP through the boot session. */
public sealed interface BootDecision {

    /** The decision in words, for the boot session. */
    String reason();

    /**
     * Boots this image.
     *
     * @param machine name of the machine; null when it is unknown
     */
    record Boot(@Nullable String machine, Resource<ImageSpec, ImageStatus> image, String reason)
            implements BootDecision {}

    /** Is one of our concern and must not boot; the reason names the remedy. */
    record Refuse(@Nullable String machine, String reason) implements BootDecision {}

    /** Is not of our concern: it gets an address, and nothing to boot. */
    record Ignore(String reason) implements BootDecision {}

    /**
     * What a server makes of it that shares the inventory with others: it can boot only what it has itself, and another image than the
     * declared one would be worse than none.
     *
     * @param server the id of its image store
     */
    default BootDecision servedBy(String server) {
        if (!(this instanceof Boot(var machine, var image, var why))
                || image.status().servers().contains(server)) {
            return this;
        }
        var elsewhere = image.status().servers();
        return new Refuse(
                machine,
                why + ", which this server (" + server + ") does not have"
                        + (elsewhere.isEmpty() ? "; no server has it" : "; it is on " + String.join(", ", elsewhere))
                        + ". Import it here with `garboard image import`");
    }

    /** Decides. Pure: machines are looked up before, images are passed in. */
    static BootDecision decide(
            BootClient client, IdentityMatch match, Collection<Resource<ImageSpec, ImageStatus>> images) {
        if (client.stage() == BootClient.Stage.HOST) {
            return new Ignore("a plain host, it does not boot from the network");
        }
        return switch (match) {
            case IdentityMatch.Known(var machine) -> decideKnown(client, machine, images);
            case IdentityMatch.Unknown() -> preferred(client, null, "unknown machine", images);
            case IdentityMatch.Conflict(var _, var why) ->
                preferred(client, null, "identity in conflict (" + why + ")", images);
        };
    }

    private static BootDecision decideKnown(
            BootClient client,
            Resource<MachineSpec, MachineStatus> machine,
            Collection<Resource<ImageSpec, ImageStatus>> images) {
        var name = machine.name();
        if (machine.spec().acceptance() == Acceptance.REJECTED) {
            return new Refuse(
                    name, "machine " + name + " is rejected; `garboard machine accept " + name + "` lets it boot");
        }
        var wanted = machine.spec().image();
        if (wanted == null) {
            return preferred(client, name, "machine " + name, images);
        }
        var found = images.stream().filter(image -> image.name().equals(wanted)).findFirst();
        if (found.isEmpty()) {
            return new Refuse(
                    name,
                    "machine " + name + " asks for image " + wanted + ", which is not imported" + imported(images)
                            + "; import it with `garboard image import`, or change spec.image of the machine");
        }
        var image = found.get();
        if (!fits(client, image)) {
            return new Refuse(
                    name,
                    "image " + wanted + " of machine " + name + " is for "
                            + image.spec().architecture() + ", and its firmware says " + client.architecture()
                            + "; change spec.image of the machine");
        }
        return new Boot(name, image, "machine " + name + " boots its image " + wanted);
    }

    private static BootDecision preferred(
            BootClient client, @Nullable String name, String who, Collection<Resource<ImageSpec, ImageStatus>> images) {
        var fitting = images.stream().filter(image -> fits(client, image)).toList();
        var preferred = fitting.stream()
                .filter(image -> image.spec().preferred())
                .max(Comparator.comparing(image -> image.spec().builtAt()));
        if (preferred.isPresent()) {
            return new Boot(
                    name,
                    preferred.get(),
                    who + " boots the preferred image " + preferred.get().name());
        }
        if (fitting.size() == 1) {
            return new Boot(
                    name,
                    fitting.getFirst(),
                    who + " boots the only image " + fitting.getFirst().name());
        }
        if (fitting.isEmpty()) {
            return new Refuse(
                    name,
                    who + ": no image for firmware " + client.architecture() + " is imported" + imported(images)
                            + "; import one with `garboard image import`");
        }
        return new Refuse(
                name,
                who + ": no image is preferred" + imported(images)
                        + "; prefer one with `garboard image prefer NAME`, or set spec.image of the machine");
    }

    private static boolean fits(BootClient client, Resource<ImageSpec, ImageStatus> image) {
        var architecture = client.architecture();
        return architecture.isEmpty()
                || processors(architecture).contains(image.spec().architecture());
    }

    /** Debian's names of the processors behind a firmware; a BIOS does not tell, and 32-bit machines are not in use any more. */
    private static List<String> processors(String architecture) {
        if (architecture.startsWith("x86-bios") || architecture.startsWith("x64-uefi")) {
            return List.of("amd64");
        }
        return architecture.startsWith("arm64-") ? List.of("arm64") : List.of();
    }

    private static String imported(Collection<Resource<ImageSpec, ImageStatus>> images) {
        if (images.isEmpty()) {
            return " (there are none)";
        }
        var names = images.stream()
                .map(image -> image.name() + " for " + image.spec().architecture())
                .sorted()
                .limit(5)
                .toList();
        return " (there are: " + String.join(", ", names) + (images.size() > names.size() ? ", …" : "") + ")";
    }
}
