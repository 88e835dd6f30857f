package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.garboard.operatorapi.OperatorApiConfig.Shares;
import org.junit.jupiter.api.Test;

class PlacesTest {

    private final Places places = new Places("watches", "operator-api.max-watches", new Shares(3, 2));

    private String refusal(String caller) {
        var refusal =
                assertThrows(RefusedException.class, () -> places.take(caller)).refusal();
        assertEquals(429, refusal.code());
        return refusal.message();
    }

    @Test
    void oneCallerTakesAPartAtMostAndHindersNobody() {
        places.take("alice");
        var second = places.take("alice");
        assertEquals(
                "alice has 2 watches open already (operator-api.max-watches-per-caller); try again in a second",
                refusal("alice"));
        places.take("bob");
        assertEquals(3, places.taken());

        second.release();

        places.take("alice");
        assertEquals(3, places.taken());
    }

    @Test
    void thereIsABoundOnAll() {
        var first = places.take("alice");
        places.take("alice");
        places.take("bob");
        assertEquals("there are 3 watches already (operator-api.max-watches); try again in a second", refusal("carol"));

        first.release();

        places.take("carol");
        refusal("dave");
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        var first = places.take("alice");
        places.take("alice");
        first.release();
        first.release();

        assertEquals(1, places.taken());
        places.take("alice");
        refusal("alice");
    }

    @Test
    void whoeverGaveAllBackBeginsAnew() {
        places.take("alice").release();
        places.take("alice");
        places.take("alice");

        refusal("alice");
        assertEquals(2, places.taken());
    }
}
