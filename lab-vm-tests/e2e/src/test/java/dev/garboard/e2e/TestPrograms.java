package dev.garboard.e2e;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.xbill.DNS.Message;

/** Command lines for this module's own programs, which run as processes of their own inside a lab's network. */
final class TestPrograms {

    private TestPrograms() {}

    static List<String> command(String... mainAndArguments) {
        var classPath = String.join(
                File.pathSeparator,
                origin(TestPrograms.class),
                origin(Message.class),
                LabFixture.root().resolve("cli/target/garboard/lib") + "/*");
        return Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx128m",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                classPath),
                        Stream.of(mainAndArguments))
                .toList();
    }

    private static String origin(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
