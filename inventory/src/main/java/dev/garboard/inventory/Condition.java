package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Default;
import java.time.Instant;

/**
 * One observation with its cause (Kubernetes API conventions, Conditions).
 *
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param reason one CamelCase word for programs
 * @param message for people: cause and remedy
 */
public record Condition(
        String type,
        String status,
        @Default("") String reason,
        @Default("") String message,
        Instant lastTransitionTime) {}
