package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Matches;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The text is a DNS name or an IPv4 address, whose form is that of a name. */
@Documented
@Matches(value = DnsName.FORM, expected = "a DNS name or an IPv4 address")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface NameOrAddress {}
