package dev.garboard.nodeconfig.binding;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What the component is when the field is left out. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {

    /** The text of what stands as a text, JSON otherwise: <code>{}</code> is a record of nothing but defaults. */
    String value();

    /** Whether it is written all the same. */
    boolean written() default true;
}
