package dev.garboard.nodeconfig.binding;

/** A record whose fields demand something of each other. */
public interface Checked {

    /** Tells what is wrong; called when every field for itself is right. */
    void check(Place here);
}
