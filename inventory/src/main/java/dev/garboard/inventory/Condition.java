package dev.garboard.inventory;

import java.time.Instant;

/**
 * One observation with its cause (Kubernetes API conventions, Conditions).
 *
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param reason one CamelCase word for programs
 * @param message for people: cause and remedy
 */
public record Condition(String type, String status, String reason, String message, Instant lastTransitionTime) {}
