package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Status;
import org.junit.jupiter.api.Test;

class EtcdCallsTest {

    /** Whoever deletes a cluster decides by the code whether there may be anything to lose. */
    @Test
    void aNodeWithDataAndNoMemberIsToldFromOneWithNeither() {
        assertEquals(Status.Code.UNAVAILABLE, EtcdCalls.none(true).getStatus().getCode());
        assertEquals(
                Status.Code.FAILED_PRECONDITION,
                EtcdCalls.none(false).getStatus().getCode());
    }
}
