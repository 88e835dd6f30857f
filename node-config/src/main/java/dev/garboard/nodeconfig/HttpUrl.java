package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Matches;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The URL is one of a web server, to which paths are added. */
@Documented
@Matches(value = "https?://[^?#]+", expected = "an http or https URL without query")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface HttpUrl {}
