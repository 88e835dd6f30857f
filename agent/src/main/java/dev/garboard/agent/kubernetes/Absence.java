package dev.garboard.agent.kubernetes;

/** What becomes of a document's effect when the document is no longer declared and nobody has ordered the node to leave its cluster. */
public enum Absence {
    /** It can be had again at any time, so it goes. */
    TAKEN_BACK,
    /** What would go with it exists nowhere else, or what stands on it does: it stays until an order. */
    KEPT,
    /** Nothing is lost with it, but what is kept stands on it: it stays as long as anything of that kind does. */
    KEPT_FOR_OTHERS
}
