package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Problem;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** A node document that cannot be used; the message names the document, the field's path, what was found and what was expected. */
public final class DocumentException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Problem[] problems;

    public DocumentException(String message) {
        super(message);
        this.problems = new Problem[0];
    }

    /** A document of which some fields are wrong. */
    DocumentException(String label, List<Problem> problems) {
        super(label + ": " + problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
        this.problems = problems.toArray(Problem[]::new);
    }

    /** Each with its field; empty when it is not of a field. */
    public List<Problem> problems() {
        return List.of(problems);
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
