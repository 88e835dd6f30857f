package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The other way in: UEFI firmware, and a loader that it fetches by TFTP; with more than one processor, as all real machines have. */
class UefiBootIT {

    @RegisterExtension
    static final LabFixture LAB = new LabFixture();

    @Test
    void aUefiMachineBootsToReady() {
        Requirements.file("/usr/share/OVMF/OVMF_CODE_4M.fd", "ovmf");
        LAB.up("--firmware", "uefi", "--cpus", "2");
        try (var boots = new LabBoots(LAB)) {
            var boot = boots.newest("m1");
            assertTrue(boot.isReady(), boot::toString);
            assertEquals("x64-uefi", boot.resource().at("/spec/architecture").asString());
            assertTrue(boot.reached("loader"), boot::toString);
        }
    }
}
