package dev.garboard.inventory;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stored things that cannot be used as they are: a row that does not parse, a resource that breaks today's rules, a subnet that the DHCP
 * server cannot serve. Everything else goes on without them, and each is named here with its reason. Safe for several threads.
 */
public final class SetAside {

    private static final Logger log = LoggerFactory.getLogger(SetAside.class);

    /** Why they are set aside; each finder replaces what it found before. */
    private final Map<String, Map<String, String>> reasons = new ConcurrentHashMap<>();

    /**
     * What one finder found now, in place of what it found before.
     *
     * @param finder for example {@code unreadable Machine}
     * @param found name of each thing, and why it is set aside and what helps
     */
    public void replace(String finder, Map<String, String> found) {
        var now = new TreeMap<>(found);
        var before = now.isEmpty() ? reasons.remove(finder) : reasons.put(finder, now);
        var known = before == null ? Map.<String, String>of() : before;
        if (known.equals(now)) {
            return;
        }
        now.forEach((name, reason) -> {
            if (!reason.equals(known.get(name))) {
                log.atError()
                        .addKeyValue("found", finder)
                        .addKeyValue("name", name)
                        .addKeyValue("reason", reason)
                        .log("set aside; everything else goes on without it");
            }
        });
        known.keySet().stream()
                .filter(name -> !now.containsKey(name))
                .forEach(name -> log.atInfo()
                        .addKeyValue("found", finder)
                        .addKeyValue("name", name)
                        .log("no longer set aside"));
    }

    /** All of them: finder and name, and the reason. */
    public Map<String, String> all() {
        var all = new TreeMap<String, String>();
        reasons.forEach((finder, found) -> found.forEach((name, reason) -> all.put(finder + " " + name, reason)));
        return Collections.unmodifiableMap(new LinkedHashMap<>(all));
    }

    /** How many each finder found last. */
    public Map<String, Integer> counts() {
        var counts = new TreeMap<String, Integer>();
        reasons.forEach((finder, found) -> counts.put(finder, found.size()));
        return counts;
    }
}
