package dev.garboard.operatorapi;

import java.util.Locale;

/** What a caller does to resources. */
enum Verb {
    GET,
    LIST,
    WATCH,
    CREATE,
    REPLACE,
    PATCH,
    DELETE;

    boolean isWrite() {
        return compareTo(CREATE) >= 0;
    }

    /** As discovery names it. */
    String word() {
        return this == REPLACE ? "update" : name().toLowerCase(Locale.ROOT);
    }
}
