package dev.garboard.httpboot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DownloadQueueTest {
    private static final InetAddress first = InetAddress.ofLiteral("192.168.77.101");
    private static final InetAddress second = InetAddress.ofLiteral("192.168.77.102");

    private final DownloadQueue queue = new DownloadQueue(1, 4);
    private final List<String> started = new ArrayList<>();

    private DownloadQueue.Place enter(InetAddress client, String name) {
        return queue.enter(client, () -> started.add(name)).orElseThrow();
    }

    @Test
    void oneClientsManyDownloadsDoNotGoBeforeAnothersFirst() {
        var a1 = enter(first, "a1");
        var a2 = enter(first, "a2");
        enter(first, "a3");
        enter(second, "b1");

        a1.leave();
        a2.leave();

        assertEquals(List.of("a1", "a2", "b1"), started);
        assertEquals(1, queue.active());
        assertEquals(1, queue.waiting());
    }

    @Test
    void aDownloadThatLeavesTheQueueNeverStarts() {
        var running = enter(first, "a1");
        var waiting = enter(second, "b1");

        waiting.leave();
        waiting.leave();
        running.leave();

        assertEquals(List.of("a1"), started);
        assertEquals(0, queue.active());
        assertEquals(0, queue.waiting());
    }

    @Test
    void theQueueIsBounded() {
        for (int i = 0; i < 5; i++) {
            enter(first, "a" + i);
        }

        assertTrue(queue.enter(second, () -> started.add("b")).isEmpty());
        assertEquals(4, queue.waiting());
    }
}
