package dev.garboard.agent;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.screen.Console;
import dev.garboard.agent.training.Training;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TrainingIT {

    @Test
    @Timeout(60)
    void aTrainingRunEnrolsItselfAndEnds() throws Exception {
        var out = new ByteArrayOutputStream();
        Training.run(new Console(out));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("Garboard node"));
    }
}
