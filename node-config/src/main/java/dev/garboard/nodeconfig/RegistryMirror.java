package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Given;
import dev.garboard.nodeconfig.binding.Matches;
import dev.garboard.nodeconfig.binding.Size;
import java.net.URI;
import java.util.List;

/**
 * Where images of a registry are fetched instead.
 *
 * @param name of the document
 * @param registry host and optional port, for example {@code registry.example:5000}
 * @param endpoints asked in this order, at least one
 */
public record RegistryMirror(
        @Given String name,

        @Matches(
                value = "[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\\d{1,5})?",
                expected = "a registry's host with or without port")
        String registry,

        @Size(min = 1) List<@HttpUrl URI> endpoints)
        implements NodeDocument {

    public static final String KIND = "RegistryMirror";

    public RegistryMirror {
        endpoints = List.copyOf(endpoints);
    }

    @Override
    public String kind() {
        return KIND;
    }

    /** What a document for the registry is to be called, so that what merges by name merges by registry: {@code registry.example-5000} for {@code registry.example:5000}. */
    public static String nameFor(String registry) {
        return registry.replace(':', '-');
    }
}
