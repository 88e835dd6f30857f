package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Default;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The timeline of one boot.
 *
 * @param outcome {@code Running}, {@code Ready}, {@code Failed}, {@code Ended} or {@code Refused}
 * @param stoppedAt for a failed boot the last stage it reached
 * @param likelyCause for a failed boot: cause and remedy in words
 */
public record BootSessionStatus(
        @Default("Running") String outcome,
        @Nullable String stoppedAt,
        @Nullable String likelyCause,
        @Nullable Instant endedAt,
        List<Step> steps) {

    public BootSessionStatus {
        steps = List.copyOf(steps);
    }

    /** Cause and remedy: what was found when the boot was closed, or what most likely keeps one that is still open. */
    public String cause() {
        return likelyCause == null ? BootCauses.of(steps) : likelyCause;
    }

    public static BootSessionStatus begun() {
        return new BootSessionStatus("Running", null, null, null, List.of());
    }

    /**
     * One step.
     *
     * @param stage {@code dhcp}, {@code loader}, {@code script}, {@code kernel}, {@code initramfs}, {@code root},
     *     {@code stage-0}, {@code agent}, {@code network}, {@code enrolled}, {@code ready}, {@code lost}, {@code reboot}
     * @param protocol {@code dhcp}, {@code tftp}, {@code http} or {@code grpc}
     * @param bytes transferred; 0 where nothing was
     * @param outcome {@code ok}, {@code failed} or {@code refused}
     */
    public record Step(
            Instant time,
            String stage,
            String protocol,
            @Default("") String detail,
            @Default("0") long bytes,
            @Default("ok") String outcome) {}
}
