package dev.garboard.httpboot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.httpboot.ScriptAnswer.Afterwards;
import dev.garboard.httpboot.ScriptAnswer.BootImage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpxeScriptTest {
    private static final SessionId session = new SessionId("0123456789abcdef0123456789abcdef");
    private static final String base = "http://192.168.77.1";

    private static BootImage image(String arguments) {
        return new BootImage("node-1", "lab-1.2.3", "kernel", List.of("initramfs", "root.cpio"), arguments);
    }

    @Test
    void bootsAnImageWithBoundedRetries() {
        assertEquals("""
                #!ipxe
                # Garboard, boot session 0123456789abcdef0123456789abcdef
                echo Garboard: machine node-1 boots image lab-1.2.3
                set attempt:int32 0
                :retry
                inc attempt
                iseq ${attempt} 21 && goto give-up ||
                imgfree
                kernel --name kernel http://192.168.77.1/boot/0123456789abcdef0123456789abcdef/kernel console=ttyS0 panic=-1 initrd=initramfs initrd=root.cpio || goto failed
                initrd --name initramfs http://192.168.77.1/boot/0123456789abcdef0123456789abcdef/initramfs || goto failed
                initrd --name root.cpio http://192.168.77.1/boot/0123456789abcdef0123456789abcdef/root.cpio || goto failed
                boot || goto failed
                :failed
                echo Garboard: attempt ${attempt} of 20 failed; again in 5 seconds
                sleep 5
                goto retry
                :give-up
                echo Garboard: the image did not arrive from http://192.168.77.1; rebooting
                reboot
                """, IpxeScript.render(image("console=ttyS0 panic=-1"), session, base));
    }

    @Test
    void leavesTheMachineToItsDisk() {
        assertEquals("""
                #!ipxe
                # Garboard, boot session 0123456789abcdef0123456789abcdef
                echo Garboard: machine node-1 boots from its disk: installed
                iseq ${platform} efi && goto efi ||
                sanboot --no-describe --drive 0x80 || reboot
                :efi
                exit 1
                """, IpxeScript.render(new ScriptAnswer.LocalDisk("node-1", "installed"), session, base));
    }

    @Test
    void holdsAMachineThatIsNotAccepted() {
        assertEquals(
                """
                #!ipxe
                # Garboard, boot session 0123456789abcdef0123456789abcdef
                echo Garboard: machine node-1 waits: garboard machine accept node-1
                echo Garboard: asking again in 30 seconds
                sleep 30
                chain --replace --autofree http://192.168.77.1/boot/0123456789abcdef0123456789abcdef/script.ipxe || reboot
                """,
                IpxeScript.render(
                        new ScriptAnswer.Hold("node-1", "garboard machine accept node-1", Duration.ofSeconds(30)),
                        session,
                        base));
    }

    @Test
    void rejectsAMachineAndDoesAsTold() {
        var rejection = new ScriptAnswer.Reject("node-1", "rejected by admin", Duration.ofSeconds(60), Afterwards.EXIT);

        assertEquals("""
                #!ipxe
                # Garboard, boot session 0123456789abcdef0123456789abcdef
                echo Garboard: machine node-1 is not booted: rejected by admin
                echo Garboard: leaving the boot to the firmware in 60 seconds
                sleep 60
                exit 1
                """, IpxeScript.render(rejection, session, base));
    }

    @Test
    void aPauseIsNeverNothingAndARejectedMachineMayStartOver() {
        var rejection = new ScriptAnswer.Reject("node-1", "rejected", Duration.ZERO, Afterwards.REBOOT);

        assertEquals("""
                #!ipxe
                # Garboard, boot session 0123456789abcdef0123456789abcdef
                echo Garboard: machine node-1 is not booted: rejected
                echo Garboard: rebooting in 1 seconds
                sleep 1
                reboot
                """, IpxeScript.render(rejection, session, base));
    }

    @Test
    void anImageWithoutArgumentsHasNone() {
        assertTrue(IpxeScript.render(image("  "), session, base)
                .contains("/kernel initrd=initramfs initrd=root.cpio || goto failed\n"));
        assertTrue(IpxeScript.render(image(" a#b~ "), session, base).contains("/kernel a#b~ initrd=initramfs"));
    }

    @Test
    void noScriptIsMadeForASessionThatIsNone() {
        var unknown = new ScriptAnswer.UnknownSession("gone");

        assertThrows(IllegalArgumentException.class, () -> IpxeScript.render(unknown, session, base));
        assertThrows(IllegalArgumentException.class, () -> new SessionId("0123456789ABCDEF0123456789ABCDEF"));
        assertEquals("0123456789abcdef0123456789abcdef", session.toString());
    }

    @Test
    void everyPrintableCharacterButTwoIsShown() {
        var script = IpxeScript.render(
                new ScriptAnswer.Hold("node-1", " ~!\u007f\u001f#$.", Duration.ofSeconds(1)), session, base);

        assertTrue(script.contains("waits:  ~!????.\n"), script);
    }

    @Test
    void autoexecGetsAnAddressAndTheScriptOfTheSession() {
        assertEquals("""
                #!ipxe
                # Garboard, boot session 0123456789abcdef0123456789abcdef
                isset ${ip} || ifconf -c dhcp || goto failed
                chain --replace --autofree http://192.168.77.1/boot/0123456789abcdef0123456789abcdef/script.ipxe || goto failed
                :failed
                echo Garboard: no script from http://192.168.77.1; rebooting in 5 seconds
                sleep 5
                reboot
                """, IpxeScript.autoexec(session, base));
    }

    @Test
    void autoexecWithoutASessionTakesTheScriptThatDhcpNames() {
        assertEquals("""
                #!ipxe
                # Garboard, no boot session yet
                ifconf -c dhcp || goto failed
                isset ${filename} || goto failed
                chain --replace --autofree ${filename} || goto failed
                :failed
                echo Garboard: DHCP named no boot script; rebooting in 5 seconds
                sleep 5
                reboot
                """, IpxeScript.autoexec());
    }

    @Test
    void textForTheScreenCannotBecomeACommand() {
        var script = IpxeScript.render(
                new ScriptAnswer.Hold("a\nreboot", "${net0/mac} || # \u00e9 && exit", Duration.ofSeconds(1)),
                session,
                base);

        assertTrue(script.contains("\necho Garboard: machine a?reboot waits: ?{net0/mac} | | ? ? & & exit\n"), script);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "${ip}", "a || b", "a && reboot", "a #b", "# a", "\u00e4"})
    void refusesKernelArgumentsThatIpxeWouldTakeForItsOwn(String arguments) {
        assertThrows(
                IllegalArgumentException.class, () -> IpxeScript.render(image(arguments), session, base), arguments);
    }

    @Test
    void refusesAFileNameThatIsNone() {
        var answer = new BootImage("node-1", "lab", "kernel", List.of("a b"), "");

        assertThrows(IllegalArgumentException.class, () -> IpxeScript.render(answer, session, base));
    }
}
