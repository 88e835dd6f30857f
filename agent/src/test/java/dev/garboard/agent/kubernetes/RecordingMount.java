package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.Mounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Mounts nothing, and writes down what it was asked for. */
final class RecordingMount implements DiskMount {

    final List<String> story = new ArrayList<>();
    boolean taken;
    boolean busy;

    @Nullable
    RuntimeException failure;

    Mounts.@Nullable Release release = Mounts.Release.UNMOUNTED;

    @Override
    public boolean isTaken() {
        return taken;
    }

    @Override
    public void loadDrivers() {
        story.add("load drivers");
    }

    @Override
    public void mount(Path device) {
        if (failure != null) {
            throw failure;
        }
        story.add("mount " + device.getFileName());
    }

    @Override
    public boolean unmountUnlessBusy() {
        story.add("unmount");
        return !busy;
    }

    @Override
    public Mounts.Release release() throws IOException {
        story.add("release");
        if (release == null) {
            throw new IOException("the kernel does not say what is mounted");
        }
        return release;
    }
}
