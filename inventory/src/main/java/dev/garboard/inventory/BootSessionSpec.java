package dev.garboard.inventory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One boot of one machine, from its first packet on. The resource's name is the session id, 32 hex digits.
 *
 * @param machine name of the machine, once it is known
 * @param architecture of the firmware, from option 93, for example {@code x86-bios}
 * @param image that the boot decision chose; null when it refused
 * @param decision the boot decision in words
 */
public record BootSessionSpec(
        String mac,
        @Nullable String machine,
        String architecture,
        @Nullable String image,
        String decision,
        Instant startedAt) {}
