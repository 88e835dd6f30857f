package dev.garboard.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.DhcpOption;
import dev.garboard.dhcp.server.BootInstruction;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Real firmware against the replies our server really makes, and against spoilt ones that it is known to refuse. */
class FirmwareRigIT {

    /** Emulated, with a busy host: four times what an idle one needs. */
    private static final Duration DEADLINE = Duration.ofSeconds(100);

    private static final String SESSION = "0123456789abcdef0123456789abcdef";
    private static final BootInstruction LOADER = new BootInstruction.LoadFile(SESSION + "/snponly.efi");
    private static final URI URL = URI.create("http://192.168.77.1/boot/" + SESSION + "/x");
    private static final FirmwareRig.Ending READS =
            new FirmwareRig.Ending.TftpRead(FirmwareRig.SERVER, SESSION + "/snponly.efi");
    private static final FirmwareRig.Ending CONNECTS = new FirmwareRig.Ending.Connect(FirmwareRig.SERVER, 80);
    private static final FirmwareRig.Ending REFUSES = new FirmwareRig.Ending.OfferIgnored();

    record Row(
            String what,
            Firmware firmware,
            BootInstruction instruction,
            UnaryOperator<DhcpMessage> spoil,
            FirmwareRig.Ending ending) {}

    static final List<Row> rows = List.of(
            new Row(
                    "the iPXE ROM fetches its script",
                    Firmware.IPXE_ROM,
                    new BootInstruction.Script(URL),
                    FirmwareRigIT::whole,
                    CONNECTS),
            new Row("the iPXE ROM reads a loader", Firmware.IPXE_ROM, LOADER, FirmwareRigIT::whole, READS),
            new Row("UEFI reads a loader", Firmware.UEFI_PXE, LOADER, FirmwareRigIT::whole, READS),
            new Row("UEFI without 43 asks port 4011 and reads a loader", Firmware.UEFI_PXE, LOADER, without(43), READS),
            new Row("UEFI refuses an offer without option 54", Firmware.UEFI_PXE, LOADER, without(54), REFUSES),
            new Row(
                    "UEFI connects for HTTP boot",
                    Firmware.UEFI_HTTP,
                    new BootInstruction.HttpBoot(URL),
                    FirmwareRigIT::whole,
                    CONNECTS),
            new Row(
                    "UEFI HTTP boot refuses an offer without option 60",
                    Firmware.UEFI_HTTP,
                    new BootInstruction.HttpBoot(URL),
                    without(60),
                    REFUSES),
            new Row(
                    "UEFI HTTP boot refuses an offer for PXE",
                    Firmware.UEFI_HTTP,
                    new BootInstruction.HttpBoot(URL),
                    FirmwareRigIT::forPxe,
                    REFUSES));

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @FieldSource("rows")
    void goesAsFarAs(Row row) throws Exception {
        var rig = new FirmwareRig(row.firmware(), new ServerUnderTest(row.instruction(), row.spoil()), directory);

        var ending = rig.powerOn(DEADLINE);

        assertEquals(row.ending(), ending, () -> String.join("\n", rig.events()));
    }

    private static DhcpMessage whole(DhcpMessage reply) {
        return reply;
    }

    private static UnaryOperator<DhcpMessage> without(int code) {
        return reply -> reply.withOptions(reply.options().without(option -> option.code() == code));
    }

    private static DhcpMessage forPxe(DhcpMessage reply) {
        return reply.withOptions(reply.options().with(new DhcpOption.VendorClass("PXEClient")));
    }
}
