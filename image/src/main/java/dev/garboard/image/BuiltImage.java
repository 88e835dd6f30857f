package dev.garboard.image;

import java.nio.file.Path;

/** A finished image. */
public record BuiltImage(Path directory, ImageManifest manifest) {}
