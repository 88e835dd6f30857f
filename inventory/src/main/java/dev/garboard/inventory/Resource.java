package dev.garboard.inventory;

/**
 * One resource as it is stored and served.
 *
 * @param spec what is declared
 * @param status what was observed; never null, kinds have an empty status
 */
public record Resource<S extends Record, T extends Record>(Kind<S, T> kind, ObjectMeta metadata, S spec, T status) {

    public String name() {
        return metadata.name();
    }

    public Resource<S, T> withSpec(S newSpec) {
        return new Resource<>(kind, metadata, newSpec, status);
    }

    public Resource<S, T> withStatus(T newStatus) {
        return new Resource<>(kind, metadata, spec, newStatus);
    }

    public Resource<S, T> withMetadata(ObjectMeta newMetadata) {
        return new Resource<>(kind, newMetadata, spec, status);
    }
}
