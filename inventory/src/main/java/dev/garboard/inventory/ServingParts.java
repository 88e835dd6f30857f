package dev.garboard.inventory;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;

/** The parts of one process, by name. */
public final class ServingParts {

    private final InstantSource clock;
    private final Map<String, ServingPart> parts = new ConcurrentSkipListMap<>();
    private final CompletableFuture<String> hopeless = new CompletableFuture<>();

    public ServingParts(InstantSource clock) {
        this.clock = clock;
    }

    /** The part of that name; new if there is none. */
    public ServingPart part(String name) {
        return parts.computeIfAbsent(name, _ -> new ServingPart(name, clock, hopeless::complete));
    }

    /** A new part; where the name is taken, with a number behind it. */
    ServingPart another(String name) {
        for (int number = 1; ; number++) {
            var part = new ServingPart(number == 1 ? name : name + "-" + number, clock, hopeless::complete);
            if (parts.putIfAbsent(part.name(), part) == null) {
                return part;
            }
        }
    }

    /** It was closed on purpose, and nobody waits for it any more. */
    public void forget(ServingPart part) {
        parts.remove(part.name(), part);
    }

    /** How each is, by name. */
    public List<ServingPart.Report> reports() {
        var reports = new ArrayList<ServingPart.Report>();
        parts.values().forEach(part -> reports.add(part.report()));
        return reports;
    }

    /** Completes with a reason when a part cannot be brought back inside this process. */
    public CompletionStage<String> hopeless() {
        return hopeless.minimalCompletionStage();
    }
}
