package dev.garboard.image;

import dev.garboard.kubernetes.bundle.BundleRefusedException;
import dev.garboard.kubernetes.bundle.BundleRefusedException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds out what a program is, from the program itself: its processor by the ELF header, its project and version by Go's build
 * information. Official release builds leave the version out of that, because they are not compiled as a module; such a program
 * is asked ({@code --version}), after its checksum was found right.
 *
 * @param architecture the one that all programs must have
 * @param scratch a directory that programs may be run in
 */
record ProgramInspection(String architecture, Path scratch) {

    /** A release and nothing else: pseudo-versions and changed trees have a longer text. */
    private static final Pattern MODULE_RELEASE = Pattern.compile("v(\\d+\\.\\d+\\.\\d+)(?:\\+incompatible)?");

    private static final Pattern SPOKEN_RELEASE = Pattern.compile("(?<![\\w.])v?(\\d+\\.\\d+\\.\\d+)(?![\\w.+-])");
    private static final Duration ANSWER = Duration.ofSeconds(30);

    /**
     * Checks a file and gives its version, or an empty text for a program whose version nobody needs.
     *
     * @param name how it is to be called
     * @param path what the file is called in messages
     */
    String version(BundleProgram program, Path file, String name, String path) throws IOException {
        var elf = elf(file, path);
        if (!elf.architecture().equals(architecture)) {
            throw new BundleRefusedException(
                    Reason.WRONG_ARCHITECTURE,
                    path + " is for " + elf.architecture() + ", expected " + architecture + "; take the release for "
                            + architecture + ", or name the other with --architecture");
        }
        var built = buildInformation(elf, path);
        if (built.isPresent() && !program.module().isEmpty()) {
            var module = built.get().version(program.module());
            if (module.isEmpty()) {
                throw new BundleRefusedException(
                        Reason.NOT_THE_PROGRAM,
                        path + " is not " + name + ": it was compiled without the Go module " + program.module());
            }
            var release = MODULE_RELEASE.matcher(module.get());
            if (release.matches()) {
                return release.group(1);
            }
        }
        var spoken = ask(program, file, name);
        if (spoken.isEmpty() && !program.module().isEmpty()) {
            throw new BundleRefusedException(
                    Reason.VERSION_UNKNOWN,
                    "the version of " + path + " is neither in its build information nor does "
                            + String.join(" ", program.versionArguments())
                            + " tell it on this host; expected a release build");
        }
        return spoken.orElse("");
    }

    private static ElfFile elf(Path file, String path) throws IOException {
        try {
            return ElfFile.map(file);
        } catch (ImageException noElf) {
            throw notAProgram(path, noElf);
        }
    }

    /** Section tables of a damaged file point anywhere. */
    private static Optional<GoBuildInformation> buildInformation(ElfFile elf, String path) {
        try {
            return GoBuildInformation.of(elf);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException damaged) {
            throw notAProgram(path, damaged);
        }
    }

    private static BundleRefusedException notAProgram(String path, RuntimeException cause) {
        return new BundleRefusedException(
                Reason.NOT_THE_PROGRAM, path + " is not a whole program: expected a 64-bit ELF file", cause);
    }

    private Optional<String> ask(BundleProgram program, Path file, String name) throws IOException {
        var asked = Files.createDirectories(scratch.resolve("asked")).resolve(name);
        Files.deleteIfExists(asked);
        Files.createSymbolicLink(asked, file.toAbsolutePath());
        var words = new ArrayList<String>();
        words.add(asked.toString());
        words.addAll(program.versionArguments());
        try {
            var answer = HostCommand.of(
                            scratch.resolve("version-" + name + ".log"), ANSWER, words.toArray(String[]::new))
                    .attempt();
            var release = SPOKEN_RELEASE.matcher(answer.output());
            return answer.exitCode() == 0 && release.find() ? Optional.of(release.group(1)) : Optional.empty();
        } catch (IOException notRunnable) {
            // For another processor, or without its interpreter.
            return Optional.empty();
        }
    }
}
