package dev.garboard.agent.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.agent.net.ResolverAnswer.Result;
import dev.garboard.agent.supervision.ServiceMessages;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResolverMessagesTest {

    @ParameterizedTest
    @EnumSource(Result.class)
    void everyResultHasItsWordOnTheWire(Result result) {
        var status = new ResolverStatus(
                InetAddress.ofLiteral("2001:db8::1"),
                new ResolverAnswer(result, "seen", Duration.ofMillis(7)),
                Duration.ofSeconds(90));

        var said = ResolverMessages.of(List.of(status), Instant.EPOCH).getServers(0);

        assertEquals("RESULT_" + result, said.getResult().name());
        assertEquals("2001:db8:0:0:0:0:0:1 seen", said.getAddress() + " " + said.getSeen());
        assertEquals(ServiceMessages.duration(Duration.ofMillis(7)), said.getLatency());
        assertEquals(ServiceMessages.timestamp(Instant.ofEpochSecond(90)), said.getSince());
    }
}
