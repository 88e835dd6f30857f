package dev.garboard.agent.kubernetes;

import dev.garboard.agentapi.v1.ServerMessage.Document;

/** What makes a document one of its own: there is at most one of a kind and name. */
record DocumentKey(String kind, String name) {

    static DocumentKey of(Document document) {
        return new DocumentKey(document.getKind(), document.getName());
    }

    @Override
    public String toString() {
        return kind + "/" + name;
    }
}
