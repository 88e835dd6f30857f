package dev.garboard.nodeconfig.binding;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A field in which null is refused, at whatever depth, where elsewhere it means that nothing is given. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface NoNull {

    /** What has to be there instead, in words that go on after "expected". */
    String expected();
}
