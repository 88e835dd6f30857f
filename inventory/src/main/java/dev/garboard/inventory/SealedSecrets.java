package dev.garboard.inventory;

import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/**
 * Secrets that belong to a resource. They are handed over sealed and stored as they come: this database alone opens none of them, and no
 * API shows them. All methods block on the database.
 */
public final class SealedSecrets {

    private final Database database;

    SealedSecrets(Database database) {
        this.database = database;
    }

    /**
     * The secret of that name; when there is none yet, the supplied one, stored. However many ask at once, on however many servers, all get
     * the same.
     *
     * @param owner uid of the resource
     */
    public String putIfAbsent(String owner, String name, Supplier<String> sealed) {
        var known = get(owner, name);
        if (known.isPresent()) {
            return known.get();
        }
        var made = sealed.get();
        return database.write(transaction -> {
            transaction.keep();
            var other = find(transaction.handle(), owner, name);
            if (other.isPresent()) {
                return other.get();
            }
            transaction
                    .handle()
                    .createUpdate("INSERT INTO sealed_secret (owner, name, body) VALUES (:owner, :name, :body)")
                    .bind("owner", owner)
                    .bind("name", name)
                    .bind("body", made)
                    .execute();
            return made;
        });
    }

    /** The secret of that name. */
    public Optional<String> get(String owner, String name) {
        return database.read(handle -> find(handle, owner, name));
    }

    /** Deletes all secrets of a resource. */
    public void delete(String owner) {
        database.write(transaction -> {
            transaction.keep();
            return transaction
                    .handle()
                    .createUpdate("DELETE FROM sealed_secret WHERE owner = :owner")
                    .bind("owner", owner)
                    .execute();
        });
    }

    private static Optional<String> find(Handle handle, String owner, String name) {
        return handle.createQuery("SELECT body FROM sealed_secret WHERE owner = :owner AND name = :name")
                .bind("owner", owner)
                .bind("name", name)
                .mapTo(String.class)
                .findOne();
    }
}
