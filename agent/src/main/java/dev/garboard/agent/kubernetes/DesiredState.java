package dev.garboard.agent.kubernetes;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.agentapi.v1.ServerMessage.Order;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the server wanted at one time; an order is held against the documents that it came with. */
record DesiredState(Map<DocumentKey, Document> documents, Map<String, ByteString> secrets, List<Order> orders) {

    /** What a node is to be that has not heard of its server yet. */
    static final DesiredState NOTHING = new DesiredState(Map.of(), Map.of(), List.of());

    DesiredState {
        documents = Map.copyOf(documents);
        secrets = Map.copyOf(secrets);
        orders = List.copyOf(orders);
    }

    Document document(DocumentKey key) {
        return Objects.requireNonNull(documents.get(key));
    }

    byte @Nullable [] secret(String name) {
        ByteString value = secrets.get(name);
        return value == null ? null : value.toByteArray();
    }

    @Override
    public String toString() {
        return documents.keySet() + " with secrets " + secrets.keySet();
    }
}
