package dev.garboard.lab;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The screen and keyboard of a machine, on its serial port. */
@Command(name = "console", description = "A machine's screen and keyboard. Leave with Ctrl-] (the machine goes on).")
final class ConsoleCommand implements Callable<Integer> {

    private static final Path TERMINAL = Path.of("/dev/tty");
    private static final byte LEAVE = 0x1d;
    private static final int LINES_BEFORE = 40;

    @Spec
    private CommandSpec spec;

    @Mixin
    private LabOptions options;

    @Parameters(paramLabel = "MACHINE", description = "For example m1.")
    private String name;

    @Override
    public Integer call() throws IOException {
        var directory = options.directory();
        var machine = LabState.required(directory).machine(name);
        if (machine.isContainer()) {
            throw new LabException(
                    name + " is a container and has no keyboard; its screen: garboard lab logs -f " + name);
        }
        var saved = Shell.run(new ProcessBuilder("stty", "-F", TERMINAL.toString(), "-g"), "");
        if (!saved.succeeded()) {
            throw new LabException(
                    "the console needs a terminal; without one, read it with: garboard lab logs -f " + name);
        }
        var socket = directory.consoleSocket(machine.name());
        if (!Files.exists(socket)) {
            throw new LabException(name + " is off; switch it on with: garboard lab power on " + name);
        }
        var out = spec.commandLine().getOut();
        LogTail.last(directory.serialLog(machine.name()), LINES_BEFORE).forEach(out::println);
        out.println("[" + name + ": leave with Ctrl-]]");
        out.flush();
        stty("raw", "-echo");
        try {
            connect(socket);
        } finally {
            stty(saved.output());
        }
        out.println();
        out.flush();
        return 0;
    }

    private static void connect(Path socket) throws IOException {
        try (var machine = SocketChannel.open(StandardProtocolFamily.UNIX);
                var screen = FileChannel.open(TERMINAL, StandardOpenOption.WRITE);
                var keyboard = FileChannel.open(TERMINAL, StandardOpenOption.READ)) {
            machine.connect(UnixDomainSocketAddress.of(LabDirectory.reachable(socket)));
            // A platform thread: a read of a terminal blocks its carrier.
            var typing = Thread.ofPlatform().daemon().start(() -> type(keyboard, machine));
            copy(machine, screen);
            typing.interrupt();
        } catch (java.nio.channels.ClosedChannelException left) {
            // The way out: the keyboard's side closed the connection.
        }
    }

    private static void type(FileChannel keyboard, SocketChannel machine) {
        var keys = ByteBuffer.allocate(256);
        try (machine) {
            while (keyboard.read(keys.clear()) > 0) {
                keys.flip();
                for (int i = 0; i < keys.limit(); i++) {
                    if (keys.get(i) == LEAVE) {
                        return;
                    }
                }
                machine.write(keys);
            }
        } catch (IOException machineOff) {
            // The other direction ends too and says so.
        }
    }

    private static void copy(SocketChannel from, ByteChannel to) throws IOException {
        var buffer = ByteBuffer.allocate(4096);
        while (from.read(buffer.clear()) >= 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                to.write(buffer);
            }
        }
    }

    private static void stty(String... settings) {
        var command = new java.util.ArrayList<>(List.of("stty", "-F", TERMINAL.toString()));
        command.addAll(List.of(settings));
        Shell.run(command);
    }
}
