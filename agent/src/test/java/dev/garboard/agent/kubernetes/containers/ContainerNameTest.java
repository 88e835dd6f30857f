package dev.garboard.agent.kubernetes.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContainerNameTest {

    private static final ContainerName WEB_0 = new ContainerName("aaaa0", "default", "web-1", "u1", "web", 0, 10, true);
    private static final ContainerName WEB_1 =
            new ContainerName("aaaa1", "default", "web-1", "u1", "web", 1, 20, false);
    private static final ContainerName OTHER =
            new ContainerName("bbbb0", "default", "web-2", "u2", "web", 0, 15, false);
    private static final ContainerName DNS =
            new ContainerName("cccc0", "kube-system", "coredns", "u3", "dns", 3, 30, false);

    private static final List<ContainerName> ALL = List.of(WEB_0, WEB_1, OTHER, DNS);

    @Test
    void findsTheLastAttemptByNameAndAnyByItsId() {
        assertEquals(WEB_1, ContainerName.find("default/web-1/web", ALL));
        assertEquals(WEB_1, ContainerName.find("web-1/web", ALL));
        assertEquals(DNS, ContainerName.find("dns", ALL));
        assertEquals(WEB_0, ContainerName.find("aaaa0", ALL));
        assertEquals(OTHER, ContainerName.find("bbbb", ALL));
    }

    @Test
    void aPodThatWasMadeAnewCountsFromNothingAgain() {
        var anew = new ContainerName("dddd0", "kube-system", "coredns", "u4", "dns", 0, 40, false);

        assertEquals(anew, ContainerName.find("dns", List.of(DNS, anew)));
    }

    @Test
    void namesThoseAmongWhichTheNameDoesNotDecide() {
        var refusal = assertThrows(StatusRuntimeException.class, () -> ContainerName.find("web", ALL));

        assertEquals(
                "INVALID_ARGUMENT: \"web\" may be default/web-1/web, default/web-2/web; say which",
                refusal.getMessage());
    }

    @Test
    void namesWhatComesNear() {
        assertEquals(
                "NOT_FOUND: there is no container \"coredns/dn\"; did you mean coredns/dns?",
                refusal("coredns/dn", ALL));
        assertEquals("NOT_FOUND: there is no container \"dnss\"; did you mean dns?", refusal("dnss", ALL));
        assertEquals(
                "NOT_FOUND: there is no container \"dns\"; there are none on this node", refusal("dns", List.of()));
    }

    @Test
    void findsTheLastAttemptThatHasEnded() {
        assertEquals(WEB_0, WEB_1.previous(ALL));
        var waits = new ContainerName("aaaa2", "default", "web-1", "u1", "web", 2, 50, true);
        assertEquals(waits, waits.previous(List.of(WEB_0, WEB_1, waits)));

        var never = assertThrows(StatusRuntimeException.class, () -> OTHER.previous(ALL));
        var gone = assertThrows(StatusRuntimeException.class, () -> DNS.previous(ALL));

        assertEquals(
                "default/web-2/web was never started again: there is no attempt before this one",
                never.getStatus().getDescription());
        assertEquals(
                "kube-system/coredns/dns was started again 3 times, but no attempt before this one is kept any more",
                gone.getStatus().getDescription());
        assertEquals(Status.Code.NOT_FOUND, gone.getStatus().getCode());
    }

    private static String refusal(String wanted, List<ContainerName> all) {
        var refusal = assertThrows(StatusRuntimeException.class, () -> ContainerName.find(wanted, all));
        return String.valueOf(refusal.getMessage());
    }
}
