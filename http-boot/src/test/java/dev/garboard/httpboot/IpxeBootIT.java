package dev.garboard.httpboot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.httpboot.Served.Outcome;
import dev.garboard.testing.Requirements;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Debian's iPXE, as the ROM of QEMU's network cards, runs our scripts: it is held, asks again, fails once, tries again and boots. QEMU's user network
 * gives it an address and the URL, so no root and no Linux are needed: the "kernel" is a script that lists what was loaded.
 */
@Timeout(300)
class IpxeBootIT {
    private static final SessionId session = new SessionId("0123456789abcdef0123456789abcdef");
    private static final String KERNEL = """
            #!ipxe
            echo BOOTED platform ${platform}
            imgstat
            sleep 1
            reboot
            """;

    enum Firmware {
        BIOS,
        UEFI
    }

    @TempDir
    Path directory;

    private final List<String> served = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger scripts = new AtomicInteger();
    private final AtomicInteger roots = new AtomicInteger();

    private final class Source implements BootSource {
        @Override
        public CompletionStage<ScriptAnswer> script(SessionId asked, InetSocketAddress client) {
            return CompletableFuture.completedFuture(
                    scripts.incrementAndGet() == 1
                            ? new ScriptAnswer.Hold("node-1", "pending", Duration.ofSeconds(1))
                            : new ScriptAnswer.BootImage(
                                    "node-1", "lab", "kernel", List.of("initramfs", "root.cpio"), "console=ttyS0"));
        }

        @Override
        public CompletionStage<FileAnswer> file(FileRequest request) {
            var path = directory.resolve(request.name());
            try {
                return CompletableFuture.completedFuture(
                        request.name().equals("root.cpio") && roots.incrementAndGet() == 1
                                ? new FileAnswer.NotFound("not yet")
                                : new FileAnswer.Found(path, Files.size(path), "00".repeat(32)));
            } catch (IOException missing) {
                return CompletableFuture.failedFuture(missing);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void ipxeOf2019RunsTheScripts(Firmware firmware) throws Exception {
        Requirements.program("qemu-system-x86_64", "qemu-system-x86");
        Files.writeString(directory.resolve("kernel"), KERNEL);
        Files.write(directory.resolve("initramfs"), new byte[5120]);
        Files.write(directory.resolve("root.cpio"), new byte[3 << 20]);
        int port = freePort();
        var listen = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
        var config = new BootHttpConfig(
                listen,
                "http://10.0.2.2:" + port,
                16,
                16,
                4,
                16,
                1 << 20,
                Duration.ofSeconds(60),
                Duration.ofSeconds(60));
        String console;
        try (var _ = BootHttpServer.bind(config, new Source(), this::note)) {
            console = boot(firmware, "http://10.0.2.2:" + port + "/boot/" + session + "/script.ipxe");
        }

        assertTrue(console.contains("machine node-1 waits: pending"), console);
        assertTrue(console.contains("attempt 1 of 20 failed; again in 5 seconds"), console);
        assertTrue(console.contains("BOOTED platform " + (firmware == Firmware.BIOS ? "pcbios" : "efi")), console);
        assertTrue(console.matches("(?s).*initramfs : 5120 bytes.*root.cpio : 3145728 bytes.*"), console);
        assertEquals(
                List.of(
                        "script.ipxe SENT",
                        "script.ipxe SENT",
                        "kernel SENT",
                        "initramfs SENT",
                        "root.cpio NOT_FOUND",
                        "kernel SENT",
                        "initramfs SENT",
                        "root.cpio SENT"),
                served);
    }

    private void note(Served answer) {
        // iPXE may ask for the length first; that is no download.
        if (answer.outcome() != Outcome.NO_CONTENT) {
            served.add(answer.name() + " " + answer.outcome());
        }
    }

    private String boot(Firmware firmware, String url) throws IOException, InterruptedException {
        var serial = directory.resolve("serial.log");
        var command = new ArrayList<>(List.of(
                "qemu-system-x86_64",
                "-accel",
                "tcg",
                "-machine",
                "q35",
                "-m",
                "256",
                "-display",
                "none",
                "-monitor",
                "none",
                "-no-reboot",
                "-serial",
                "file:" + serial,
                "-boot",
                "n",
                "-netdev",
                "user,id=n0,bootfile=" + url,
                "-device",
                "e1000,netdev=n0,bootindex=1"));
        switch (firmware) {
            // Without a graphics card SeaBIOS and iPXE write to the serial port.
            case BIOS -> command.addAll(List.of("-nographic"));
            case UEFI -> {
                var code = Requirements.file("/usr/share/OVMF/OVMF_CODE_4M.fd", "ovmf");
                var variables = directory.resolve("vars.fd");
                Files.copy(Requirements.file("/usr/share/OVMF/OVMF_VARS_4M.fd", "ovmf"), variables);
                command.addAll(List.of(
                        "-drive", "if=pflash,format=raw,unit=0,readonly=on,file=" + code,
                        "-drive", "if=pflash,format=raw,unit=1,file=" + variables));
            }
        }
        var qemu = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("qemu.log").toFile())
                .start();
        try {
            boolean ended = qemu.waitFor(240, TimeUnit.SECONDS);
            var console = Files.exists(serial) ? plain(Files.readAllBytes(serial)) : "";
            assertTrue(ended, () -> "the machine did not reboot within 240 s; its console:\n" + console + served);
            return console;
        } finally {
            qemu.destroyForcibly().waitFor();
        }
    }

    /** The console without escape sequences and line wraps. */
    private static String plain(byte[] serial) {
        return new String(serial, StandardCharsets.ISO_8859_1)
                .replaceAll("\u001b\\[[0-9;?=]*[A-Za-z]", "")
                .replace("\r", "")
                .replaceAll("[^\n -~]", "");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
