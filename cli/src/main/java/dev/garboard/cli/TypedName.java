package dev.garboard.cli;

/** Asks a person to type the name of what will be lost. */
final class TypedName {

    private TypedName() {}

    /**
     * Goes on only when the name was typed.
     *
     * @param what happens then, as the end of a sentence that begins with "this"
     * @param otherwise what is said when another name, or none, was typed
     * @throws CommandException without a terminal, or when it was not
     */
    @SuppressWarnings("SystemConsoleNull") // Java 25 has none without a terminal, as before 22
    static void require(String name, String what, String otherwise) {
        var console = System.console();
        if (console == null || !console.isTerminal()) {
            throw new CommandException(
                    ExitCode.USAGE, "this " + what + "; without a terminal to ask at, say that it is meant: --yes");
        }
        var typed = console.readLine("This %s. Type its name to go on: ", what);
        if (typed == null || !typed.strip().equals(name)) {
            throw new CommandException(ExitCode.FAILED, otherwise);
        }
    }
}
