package dev.garboard.agent.kubernetes;

import dev.garboard.agent.linux.Children;
import dev.garboard.nodeconfig.StateDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A directory that is mounted where a node's disk would be, at the time at which it would be: what was read or written before is hidden. */
public final class TestDisk implements DocumentApplier {

    private final ProgramCall tools;
    private final Path content;
    private final Path target;
    private boolean mounted;

    /**
     * Nothing is mounted yet.
     *
     * @param content what the disk has kept
     * @param target where it is mounted
     */
    public TestDisk(Children children, Path content, Path target) {
        this.tools = new ProgramCall(children, List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
        this.content = content;
        this.target = target;
    }

    @Override
    public String kind() {
        return StateDisk.KIND;
    }

    @Override
    public boolean ofCluster() {
        return false;
    }

    @Override
    public boolean comesFirst() {
        return !mounted;
    }

    @Override
    public void apply(DocumentInput input) throws Exception {
        if (!mounted) {
            Files.createDirectories(content);
            Files.createDirectories(target);
            tools.run(Duration.ofSeconds(30), "/bin/mount", "--bind", content.toString(), target.toString());
            mounted = true;
        }
    }

    @Override
    public void remove(String name) {
        throw new UnsupportedOperationException("a test takes no disk away");
    }
}
