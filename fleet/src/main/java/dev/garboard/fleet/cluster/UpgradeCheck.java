package dev.garboard.fleet.cluster;

/**
 * Something that an upgrade needs.
 *
 * @param name for programs
 * @param message what was found; of one that did not pass, the cause and what helps
 */
public record UpgradeCheck(String name, boolean passed, String message) {}
