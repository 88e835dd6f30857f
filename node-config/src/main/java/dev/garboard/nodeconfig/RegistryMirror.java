package dev.garboard.nodeconfig;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where images of a registry are fetched instead.
 *
 * @param name of the document
 * @param registry host and optional port, for example {@code registry.example:5000}
 * @param endpoints asked in this order, at least one
 */
public record RegistryMirror(String name, String registry, List<URI> endpoints) implements NodeDocument {

    public static final String KIND = "RegistryMirror";

    private static final Pattern REGISTRY = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\\d{1,5})?");

    public RegistryMirror {
        endpoints = List.copyOf(endpoints);
    }

    @Override
    public String kind() {
        return KIND;
    }

    /** Reads what {@code spec} says. */
    public static RegistryMirror read(String name, Fields spec) {
        var endpoints = spec.values("endpoints", Forms::httpUrl);
        if (endpoints.isEmpty()) {
            throw spec.refusal("endpoints", "none", "at least one URL");
        }
        return new RegistryMirror(name, spec.value("registry", RegistryMirror::registry), endpoints);
    }

    private static String registry(String text) {
        if (!REGISTRY.matcher(text).matches()) {
            throw new IllegalArgumentException("a registry's host with or without port");
        }
        return text;
    }

    @Override
    public void write(ObjectNode spec) {
        spec.put("registry", registry);
        var list = spec.putArray("endpoints");
        endpoints.forEach(endpoint -> list.add(endpoint.toString()));
    }
}
