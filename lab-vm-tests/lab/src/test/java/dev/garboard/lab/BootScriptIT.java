package dev.garboard.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootScriptIT {

    @TempDir
    Path directory;

    private final Map<String, String> served = new ConcurrentHashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> console = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var path = exchange.getRequestURI().getPath();
            asked.add(path);
            var body = served.get(path);
            var bytes = (body == null ? "" : body).getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(body == null ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void loadsKernelAndFilesAndBootsThem() throws IOException {
        served.put("/kernel", "K");
        served.put("/root.cpio", "ROOT");
        var ending = run("""
                #!ipxe
                # a comment
                echo Garboard: machine m1
                imgfree
                kernel --name kernel BASE/kernel quiet garboard.mac=52:54:00:77:00:11 || goto failed
                initrd --name root.cpio BASE/root.cpio || goto failed
                boot || goto failed
                :failed
                reboot
                """);

        var boot = (BootScript.Ending.Boot) ending;
        assertEquals("quiet garboard.mac=52:54:00:77:00:11", boot.arguments());
        assertEquals("ROOT", Files.readString(boot.files().get("root.cpio")));
        assertEquals(List.of("/script", "/kernel", "/root.cpio"), asked);
        assertEquals("Garboard: machine m1", console.getFirst());
    }

    /** The loop of Garboard's own scripts, without their pauses. */
    @Test
    void triesAgainAsOftenAsTheScriptSaysWhenAFileDoesNotCome() {
        var ending = run("""
                #!ipxe
                set attempt:int32 0
                :retry
                inc attempt
                iseq ${attempt} 4 && goto give-up ||
                imgfree
                kernel --name kernel BASE/kernel || goto failed
                boot || goto failed
                :failed
                echo attempt ${attempt} failed
                goto retry
                :give-up
                reboot
                """);

        assertEquals(new BootScript.Ending.Reboot(), ending);
        assertEquals(List.of("/script", "/kernel", "/kernel", "/kernel"), asked);
        assertTrue(console.contains("attempt 3 failed"), console::toString);
    }

    @Test
    void goesOnWithTheScriptThatItIsChainedTo() {
        served.put("/next", "#!ipxe\nexit 1\n");

        var ending = run("""
                #!ipxe
                chain --replace --autofree BASE/next || reboot
                """);

        assertEquals(new BootScript.Ending.Exit(), ending);
    }

    @Test
    void choosesByTheFirmware() {
        var ending = run("""
                #!ipxe
                iseq ${platform} efi && goto efi ||
                sanboot --no-describe --drive 0x80 || reboot
                :efi
                exit 1
                """);

        assertEquals(new BootScript.Ending.Reboot(), ending);
    }

    @Test
    void saysWhichCommandItDoesNotKnow() {
        var refused = assertThrows(LabException.class, () -> run("""
                #!ipxe
                shell
                """));

        assertEquals("the boot script has the command shell, which container nodes do not know", refused.getMessage());
    }

    private BootScript.Ending run(String script) {
        var base = "http://127.0.0.1:" + server.getAddress().getPort();
        served.put("/script", script.replace("BASE", base));
        return new BootScript(directory.resolve("files"), console::add).run(URI.create(base + "/script"));
    }
}
