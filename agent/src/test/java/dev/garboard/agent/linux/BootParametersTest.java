package dev.garboard.agent.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BootParametersTest {

    private static final String SESSION = "0123456789abcdef0123456789abcdef";

    @Test
    void findsItsWordsAmongThoseOfTheKernel() {
        var boot = BootParameters.parse("console=ttyS0 quiet garboard.session=" + SESSION
                + " garboard.server=192.168.77.1:7443 garboard.mac=52-54-00-AA-bb-01\n");
        assertEquals(new BootParameters(SESSION, "192.168.77.1:7443", "52:54:00:aa:bb:01"), boot);
    }

    @Test
    void takesNamesAndIpv6ServersToo() {
        assertEquals(
                "boot.example:7443",
                BootParameters.parse("garboard.server=boot.example:7443").server());
        assertEquals(
                "[fd00::1]:7443",
                BootParameters.parse("garboard.server=[fd00::1]:7443").server());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garboard.session",
                "garboard.session=",
                "garboard.session=XYZ",
                "garboard.server=nowhere",
                "garboard.mac=5"
            })
    void countsAMalformedWordAsAbsent(String commandLine) {
        assertEquals(new BootParameters("", "", ""), BootParameters.parse(commandLine));
    }
}
