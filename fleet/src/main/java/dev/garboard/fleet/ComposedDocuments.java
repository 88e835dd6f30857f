package dev.garboard.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The documents of several sources, each of which owns its kinds. */
record ComposedDocuments(List<DesiredDocuments> sources) implements DesiredDocuments {

    ComposedDocuments {
        sources = List.copyOf(sources);
    }

    /** While one source does not know, nothing is said: a state without its documents would take them back. */
    @Override
    public Optional<NodeState> of(String machine) {
        long revision = 0;
        var documents = new ArrayList<Document>();
        var secrets = new HashMap<String, String>();
        var orders = new ArrayList<LeaveOrder>();
        var settings = Settings.NONE;
        for (var source : sources) {
            var state = source.of(machine);
            if (state.isEmpty()) {
                return Optional.empty();
            }
            // Each only grows, so the sum grows with each change of any.
            revision += state.get().revision();
            documents.addAll(state.get().documents());
            secrets.putAll(state.get().secrets());
            orders.addAll(state.get().orders());
            if (!state.get().settings().equals(Settings.NONE)) {
                settings = state.get().settings();
            }
        }
        return Optional.of(new NodeState(revision, documents, secrets, orders, settings));
    }

    @Override
    public void listen(Consumer<String> changed) {
        sources.forEach(source -> source.listen(changed));
    }

    @Override
    public void answered(String machine, List<OrderAnswer> answers) {
        sources.forEach(source -> source.answered(machine, answers));
    }
}
