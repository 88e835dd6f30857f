package dev.garboard.cli;

/** What the command's exit code says; {@code garboard --help} lists them. */
public final class ExitCode {

    public static final int OK = 0;
    /** The command was understood and tried, and did not succeed. */
    public static final int FAILED = 1;
    /** The command line itself is wrong. */
    public static final int USAGE = 2;
    /** What was named does not exist. */
    public static final int NOT_FOUND = 3;
    /** The other side refused: no certificate, a wrong one, or too small a role. */
    public static final int REFUSED = 4;
    /** Nobody answered at the address. */
    public static final int UNREACHABLE = 5;

    private ExitCode() {}
}
