package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Matches;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The text is a DNS label (RFC 1123), as Kubernetes wants for most names. */
@Documented
@Matches(value = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", expected = "1 to 63 small letters, digits and hyphens")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface DnsLabel {}
