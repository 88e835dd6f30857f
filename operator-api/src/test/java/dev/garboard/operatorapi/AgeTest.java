package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgeTest {

    @ParameterizedTest
    @CsvSource({
        "PT-5S, 0s",
        "PT119S, 119s",
        "PT2M, 2m",
        "PT9M59S, 9m59s",
        "PT179M, 179m",
        "PT3H5M, 3h5m",
        "PT47H, 47h",
        "P2D, 2d",
        "P7DT3H, 7d3h",
        "P8DT3H, 8d",
        "P800D, 2y70d"
    })
    void showsTwoUnitsAtMost(Duration duration, String text) {
        assertEquals(text, Age.of(duration));
    }
}
