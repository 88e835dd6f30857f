package dev.garboard.nodeconfig.binding;

import java.util.Locale;

/** How the constants of enumerations stand in JSON. */
public final class Spelling {

    private Spelling() {}

    /** Its own spelling, or its name in PascalCase: {@code ControlPlanes}. */
    public static String of(Enum<?> constant) {
        try {
            var spelled = constant.getDeclaringClass().getField(constant.name()).getAnnotation(Spelled.class);
            return spelled == null ? pascalCase(constant.name()) : spelled.value();
        } catch (NoSuchFieldException impossible) {
            throw new IllegalStateException(constant + " is no constant", impossible);
        }
    }

    private static String pascalCase(String name) {
        var text = new StringBuilder();
        for (var word : name.split("_", -1)) {
            text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }
}
