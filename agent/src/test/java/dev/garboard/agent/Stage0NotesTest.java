package dev.garboard.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class Stage0NotesTest {

    @Test
    void readsTimesAndTheDescriptionOfTheImage() {
        var notes = Stage0Notes.parse(
                "start=1.234\nend=2.500\nroot=abcd\noffset=4096\nfs=erofs\noptions=1 panic_on_corruption\nimage=lab\n");
        assertEquals(new Stage0Notes(Duration.ofMillis(1234), Duration.ofMillis(2500), "lab", "abcd"), notes);
    }

    @Test
    void doesNotLetTheDescriptionChangeTheTimes() {
        assertEquals(
                Duration.ofSeconds(1),
                Stage0Notes.parse("start=1.000\nend=2.0\nstart=9.0\n").start());
    }
}
