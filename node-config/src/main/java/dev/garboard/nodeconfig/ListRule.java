package dev.garboard.nodeconfig;

/** How the lists at one place of a document merge. */
public sealed interface ListRule {

    /**
     * A list of objects that are told apart by one of their fields. They merge one by one; the order in the result is that of the keys, so what must come in an order has a field that says which.
     *
     * @param field for example {@code name}; its value is a text or a whole number, unique in the list
     */
    record Keyed(String field) implements ListRule {}

    /** One value: a stronger list takes the place of a weaker one. For lists whose order says something, such as servers that are asked in turn. */
    record Whole() implements ListRule {}

    /** What any layer names is in the result: texts or whole numbers without an order. {@code {"value": "x", "$remove": true}} takes one out. */
    record Union() implements ListRule {}
}
