package dev.garboard.nodeconfig;

import dev.garboard.nodeconfig.binding.Matches;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The text is a DNS name of labels (RFC 1123), at most 253 characters. */
@Documented
@Matches(value = DnsName.FORM, expected = "a DNS name of small letters, digits, hyphens and dots")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface DnsName {

    /** As a regular expression. */
    String FORM = "(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*";
}
