package dev.garboard.inventory;

import java.util.List;

/** The resource breaks a rule of its kind; the message names the field, what was found and what was expected. */
public final class InvalidResourceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String[] problems;

    public InvalidResourceException(String message) {
        this(List.of(message));
    }

    /** One resource may break several rules; they are told at once. */
    public InvalidResourceException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = problems.toArray(String[]::new);
    }

    /** Each as {@code path.of.field: found …, expected …}. */
    public List<String> problems() {
        return List.of(problems);
    }
}
