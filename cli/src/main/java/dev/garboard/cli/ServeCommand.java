package dev.garboard.cli;

import dev.garboard.server.Config;
import dev.garboard.server.Server;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the boot server until it is told to stop. */
@Command(
        name = "serve",
        description = "Run the boot server: DHCP, TFTP, boot HTTP, the operator API and the node API in one process."
                + " SIGTERM and SIGINT stop it gracefully.")
final class ServeCommand implements Callable<Integer> {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            required = true,
            description = "The site's garboard.yaml; `garboard init` makes one.")
    private Path config;

    @Override
    public Integer call() throws InterruptedException {
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        var hopeless = new AtomicReference<String>();
        try (var server = Server.start(Config.read(config))) {
            server.hopeless().thenAccept(reason -> {
                hopeless.set(reason);
                stop.countDown();
            });
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAndWait(stop, stopped), "stop"));
            stop.await();
        } finally {
            stopped.countDown();
        }
        if (hopeless.get() != null) {
            // Whatever started this process starts it again, with a virtual machine that is whole.
            throw new CommandException(
                    ExitCode.FAILED,
                    "stopped, because " + hopeless.get() + "; start it again, and look at the log for the cause");
        }
        return ExitCode.OK;
    }

    /** The virtual machine halts when its hooks have ended, so this one waits until everything is closed. */
    private static void stopAndWait(CountDownLatch stop, CountDownLatch stopped) {
        stop.countDown();
        try {
            stopped.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
