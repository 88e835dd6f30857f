package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Matches;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The text is a SHA-256 digest in hex. */
@Documented
@Matches(value = "[0-9a-f]{64}", expected = "64 small hexadecimal digits")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface Sha256 {}
