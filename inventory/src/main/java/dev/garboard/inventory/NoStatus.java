package dev.garboard.inventory;

/** The status of kinds that have none. */
public record NoStatus() {}
