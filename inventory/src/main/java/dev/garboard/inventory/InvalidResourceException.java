package dev.garboard.inventory;

import dev.garboard.nodeconfig.binding.Problem;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The resource breaks a rule of its kind; the message names the field, what was found and what was expected. */
public final class InvalidResourceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Problem[] problems;

    /** The resource as a whole is wrong. */
    public InvalidResourceException(String message) {
        this(Problem.Sort.WRONG, "", message);
    }

    /** The value of one field is wrong: {@code found …, expected …}. */
    public InvalidResourceException(String path, String message) {
        this(Problem.Sort.WRONG, path, message);
    }

    public InvalidResourceException(Problem.Sort sort, String path, String message) {
        this(List.of(new Problem(sort, path, message)));
    }

    /** One resource may break several rules; they are told at once. */
    public InvalidResourceException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
        this.problems = problems.toArray(Problem[]::new);
    }

    /** Each with its field. */
    public List<Problem> found() {
        return List.of(problems);
    }

    /** Each as {@code path.of.field: found …, expected …}. */
    public List<String> problems() {
        return Arrays.stream(problems).map(Problem::toString).toList();
    }
}
