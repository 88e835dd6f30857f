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

    /** Whoever waits longest comes first, then whoever was not served last. */
    @Test
    void clientsTakeTurns() {
        var third = InetAddress.ofLiteral("192.168.77.103");
        var wide = new DownloadQueue(1, 10);
        var places = new ArrayList<DownloadQueue.Place>();
        var order = List.of("a1", "a2", "a3", "b1", "c1", "b2");
        var of = List.of(first, first, first, second, third, second);
        for (int i = 0; i < order.size(); i++) {
            var name = order.get(i);
            places.add(wide.enter(of.get(i), () -> started.add(name)).orElseThrow());
        }

        for (int i = 0; i < order.size(); i++) {
            places.get(order.indexOf(started.getLast())).leave();
        }

        assertEquals(List.of("a1", "a2", "b1", "c1", "a3", "b2"), started);
        assertEquals(0, wide.active());
        assertEquals(0, wide.waiting());
    }

    @Test
    void oneOfAClientsDownloadsThatLeavesTakesNoOtherWithIt() {
        var running = enter(first, "a1");
        var leaving = enter(second, "b1");
        enter(second, "b2");

        leaving.leave();
        assertEquals(1, queue.waiting());
        running.leave();

        assertEquals(List.of("a1", "b2"), started);
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        var running = enter(first, "a1");
        enter(first, "a2");
        enter(first, "a3");

        running.leave();
        running.leave();

        assertEquals(List.of("a1", "a2"), started);
        assertEquals(1, queue.active());
    }

    @Test
    void whereNobodyMayWaitAFreePlaceIsTakenAllTheSame() {
        var strict = new DownloadQueue(2, 0);
        var one = strict.enter(first, () -> started.add("a1"));
        assertTrue(one.isPresent());
        assertTrue(strict.enter(first, () -> started.add("a2")).isPresent());

        assertTrue(strict.enter(first, () -> started.add("a3")).isEmpty());
        one.orElseThrow().leave();
        assertTrue(strict.enter(first, () -> started.add("a4")).isPresent());

        assertEquals(List.of("a1", "a2", "a4"), started);
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
