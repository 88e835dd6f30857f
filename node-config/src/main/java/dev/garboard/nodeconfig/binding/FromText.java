package dev.garboard.nodeconfig.binding;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The static method of a type that makes a value of its text; {@code toString} gives the text back. A refusal is an {@link
 * IllegalArgumentException} whose message goes on after "expected".
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface FromText {

    /** What is expected where there is nothing, for example {@code host:port}. */
    String value();
}
