package dev.garboard.agent.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.testing.Namespaces;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real mounts in a namespace, given back as at the end of a machine. */
class MountsIT {

    @TempDir
    private Path directory;

    @Test
    void aMountIsTakenAwayOrMadeReadOnlyOrLeftToItsWriter() throws Exception {
        Namespaces.require();
        var lines = Namespaces.run(directory, List.of("-Urm"), """
                for name in free read written; do mkdir $name; mount -t tmpfs $name $name; echo x > $name/file; done
                exec 3< read/file
                exec 4>> written/file
                for name in free read written; do java_main dev.garboard.agent.linux.MountsProbe $PWD/$name; done
                echo y > read/other 2> /dev/null || echo refused
                """);

        assertEquals(List.of("UNMOUNTED", "READ_ONLY", "BUSY", "refused"), lines);
    }
}
