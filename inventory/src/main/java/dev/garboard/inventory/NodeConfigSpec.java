package dev.garboard.inventory;

import dev.garboard.nodeconfig.RegistryMirror;
import dev.garboard.nodeconfig.binding.Default;
import dev.garboard.nodeconfig.binding.NoNull;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Configuration documents for the machines that a selector chooses. What several of them say of one machine is merged by key, field by field;
 * of two that set one field the higher priority wins, and what the machine's own spec says wins over all.
 *
 * @param priority 0 to 1000
 * @param documents at most one of a kind and name; each may be a part of a document whose rest another NodeConfig gives
 */
public record NodeConfigSpec(
        @Default("{}") Selector selector, @Default("100") int priority, List<Document> documents) {

    public static final int USUAL_PRIORITY = 100;
    public static final int LARGEST_PRIORITY = 1000;

    /** The kind of documents that decides where images come from. */
    public static final String REGISTRY_MIRROR = RegistryMirror.KIND;

    public NodeConfigSpec {
        documents = List.copyOf(documents);
    }

    /** One that says nothing. */
    public static NodeConfigSpec empty() {
        return new NodeConfigSpec(Selector.all(), USUAL_PRIORITY, List.of());
    }

    /**
     * Which machines; all that is given must match, and an empty selector chooses every machine.
     *
     * @param matchLabels that a machine has, all of them
     * @param manufacturers exact SMBIOS system manufacturers, one of which is the machine's
     * @param models exact SMBIOS system products, one of which is the machine's
     */
    public record Selector(Map<String, String> matchLabels, List<String> manufacturers, List<String> models) {

        public Selector {
            matchLabels = Map.copyOf(matchLabels);
            manufacturers = List.copyOf(manufacturers);
            models = List.copyOf(models);
        }

        public static Selector all() {
            return new Selector(Map.of(), List.of(), List.of());
        }

        /** Of these labels, whatever the hardware. */
        public static Selector ofLabels(Map<String, String> labels) {
            return new Selector(labels, List.of(), List.of());
        }

        /** Whether it chooses the machine. */
        public boolean matches(Resource<MachineSpec, MachineStatus> machine) {
            var facts = machine.status().facts();
            return machine.metadata().labels().entrySet().containsAll(matchLabels.entrySet())
                    && isOneOf(manufacturers, smbios(facts, "systemManufacturer"))
                    && isOneOf(models, smbios(facts, "systemProduct"));
        }

        private static boolean isOneOf(List<String> allowed, String found) {
            return allowed.isEmpty() || allowed.contains(found);
        }

        private static String smbios(Map<String, Object> facts, String field) {
            return facts.get("smbios") instanceof Map<?, ?> smbios && smbios.get(field) instanceof String text
                    ? text
                    : "";
        }

        /** For people, for example {@code rack=a, model in (R640, R650)}. */
        @Override
        public String toString() {
            var parts = new ArrayList<String>();
            new TreeMap<>(matchLabels).forEach((key, value) -> parts.add(key + "=" + value));
            if (!manufacturers.isEmpty()) {
                parts.add("manufacturer in (" + String.join(", ", manufacturers) + ")");
            }
            if (!models.isEmpty()) {
                parts.add("model in (" + String.join(", ", models) + ")");
            }
            return parts.isEmpty() ? "all" : String.join(", ", parts);
        }
    }

    /**
     * One document, or a part of one.
     *
     * @param metadata its name; {@code default} when it is left out
     * @param spec as the kind wants it
     */
    public record Document(
            String apiVersion,
            String kind,
            @Default("{}") Metadata metadata,
            // Clients of this API drop null, or not, as they like; a removal must not depend on that.
            @NoNull(expected = "a value, or {\"$remove\": true} to take away what weaker layers say")
            Map<String, Object> spec) {

        public Document {
            spec = Map.copyOf(spec);
        }

        /** Kind and name, for example {@code Resolver/default}. */
        public String label() {
            return kind + "/" + metadata.name();
        }
    }

    /** A document's name. */
    public record Metadata(@Default("default") String name) {}
}
