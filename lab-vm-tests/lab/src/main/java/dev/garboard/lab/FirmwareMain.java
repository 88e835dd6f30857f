package dev.garboard.lab;

import dev.garboard.dhcp.MacAddress;
import dev.garboard.image.ImageException;
import dev.garboard.image.ImageRefusedException;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The "firmware" of a container node: a process of its own that boots the machine over the network as iPXE would, starts the container in place
 * of a kernel, and begins again when that restarts. While it runs the machine is on; its end is the plug pulled.
 */
final class FirmwareMain {

    private static final Pattern PANIC = Pattern.compile("(?:^|\\s)panic=(-?\\d{1,6})(?=\\s|$)");
    private static final long BEFORE_ANOTHER_TRY = 5_000;

    private final ContainerNic nic;
    private final FirmwareDhcp dhcp;
    private final NodeContainer container;
    private final Path directory;

    private FirmwareMain(ContainerNic nic, FirmwareDhcp dhcp, NodeContainer container, Path directory) {
        this.nic = nic;
        this.dhcp = dhcp;
        this.container = container;
        this.directory = directory;
    }

    /**
     * Powers the machine on.
     *
     * @param arguments id of the lab, process that holds its network, name of the machine, its MAC address, its UUID, its port at the bridge,
     *     its directory
     */
    static void main(String[] arguments) {
        var name = arguments[2];
        var uuid = UUID.fromString(arguments[4]);
        var directory = Path.of(arguments[6]);
        new FirmwareMain(
                        new ContainerNic(Long.parseLong(arguments[1]), arguments[5], arguments[3]),
                        new FirmwareDhcp(MacAddress.parse(arguments[3]), uuid),
                        new NodeContainer(arguments[0], name, uuid, directory),
                        directory)
                .stayOn();
    }

    private void stayOn() {
        while (true) {
            try {
                if (!boot()) {
                    System.exit(0);
                }
            } catch (LabException | ImageException | ImageRefusedException failed) {
                say(String.valueOf(failed.getMessage()));
                Pause.millis(BEFORE_ANOTHER_TRY);
            }
        }
    }

    /** One boot, from power-on self test to the end of what was booted; false when the machine switches itself off. */
    private boolean boot() {
        container.clear();
        nic.plugIn();
        say("DHCP on " + ContainerNic.NAME);
        var answer = dhcp.ask();
        nic.configure(answer.lease());
        say(answer.lease().address().getHostAddress() + " from "
                + answer.lease().server().getHostAddress() + ", boots " + answer.bootFile());
        var script = new BootScript(directory.resolve("boot").resolve("files"), FirmwareMain::say);
        return switch (script.run(URI.create(answer.bootFile()))) {
            case BootScript.Ending.Boot boot -> start(boot);
            case BootScript.Ending.Reboot() -> true;
            case BootScript.Ending.Exit() ->
                throw new LabException(
                        "the boot script leaves the boot to the firmware, and a container node has no disk to"
                                + " boot from; trying the network again");
        };
    }

    private boolean start(BootScript.Ending.Boot boot) {
        return switch (container.run(boot)) {
            case NodeContainer.Ending.Restarted() -> true;
            case NodeContainer.Ending.PoweredOff() -> {
                container.clear();
                yield false;
            }
            case NodeContainer.Ending.Died(var code) -> panic(code, boot.arguments());
        };
    }

    /** As the kernel does when process 1 ends: it waits as long as {@code panic=} says, or for ever. */
    private boolean panic(int code, String arguments) {
        System.out.println("Kernel panic - not syncing: Attempted to kill init! exitcode=" + code);
        var seconds = PANIC.matcher(arguments);
        int wait = seconds.find() ? Integer.parseInt(seconds.group(1)) : 0;
        Pause.millis(wait == 0 ? Long.MAX_VALUE : Math.max(0, wait) * 1000L);
        return true;
    }

    private static void say(String line) {
        System.out.println("firmware: " + line);
    }
}
