package dev.garboard.nodeconfig.binding;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.Inet4Address;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How values of a type stand as texts.
 *
 * @param read throws {@link IllegalArgumentException} with what is expected
 * @param expected where there is nothing
 */
record TextForm(Function<String, Object> read, Function<Object, String> write, String expected) {

    private static final String TIME = "a time such as 2026-11-23T18:15:00Z";
    private static final String URL = "a URL with a host";

    /** Those of types that cannot say it themselves. */
    private static final Map<Class<?>, TextForm> OF_THE_JDK = Map.of(
            String.class, new TextForm(text -> text, String.class::cast, "a string"),
            Instant.class, new TextForm(TextForm::time, TextForm::written, TIME),
            URI.class, new TextForm(TextForm::url, Object::toString, URL),
            Inet4Address.class,
                    new TextForm(
                            Ipv4Text::parse, address -> ((Inet4Address) address).getHostAddress(), Ipv4Text.EXPECTED));

    /** Null for a type that is no text. */
    static @Nullable TextForm of(Class<?> type) {
        var known = OF_THE_JDK.get(type);
        if (known != null) {
            return known;
        }
        for (var method : type.getDeclaredMethods()) {
            var mark = method.getAnnotation(FromText.class);
            if (mark != null) {
                return new TextForm(calling(method), Object::toString, mark.value());
            }
        }
        return null;
    }

    private static Function<String, Object> calling(Method method) {
        if (!Modifier.isStatic(method.getModifiers())) {
            throw new IllegalStateException(method + " is not static");
        }
        method.setAccessible(true);
        return text -> {
            try {
                return method.invoke(null, text);
            } catch (InvocationTargetException refused) {
                if (refused.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw new IllegalStateException(method + " failed", refused);
            } catch (IllegalAccessException impossible) {
                throw new IllegalStateException(method + " cannot be called", impossible);
            }
        };
    }

    private static Object time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException(TIME, malformed);
        }
    }

    private static String written(Object time) {
        return ((Instant) time).truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private static Object url(String text) {
        try {
            var url = new URI(text);
            if (url.getHost() != null) {
                return url;
            }
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException(URL, malformed);
        }
        throw new IllegalArgumentException(URL);
    }
}
