package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.Kinds;
import org.junit.jupiter.api.Test;

class OpenApiSchemasTest {

    @Test
    void constantsOfSeveralWordsAreSpelledAsTheyAreWritten() {
        var status = OpenApiSchemas.of(Kinds.CLUSTER).get("properties").get("status");

        var phases = status.get("properties").get("upgrade").get("properties").get("phase");

        assertEquals("""
                ["Checking","Saving","Fetching","ControlPlanes","Workers","AddOns","Done"]""", phases.get("enum").toString());
    }
}
