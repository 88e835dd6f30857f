package dev.garboard.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.garboard.agentapi.v1.NodeMessage.Resolvers;
import dev.garboard.agentapi.v1.NodeMessage.Resolvers.Result;
import dev.garboard.inventory.Acceptance;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.MachineIdentity;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MachineResolversTest {

    private static final Instant NOW = Instant.parse("2026-12-01T10:00:00Z");
    private static final String OF_DHCP =
            ". DHCP named it: mend it, or correct the machine's subnet (spec.dnsServers, option 6 where another DHCP"
                    + " server gives the addresses), or name others in the machine's spec.dnsServers";

    @Test
    void allThatAnswerMakeItTrueAndAreNamed() {
        var noted = note(undeclared(), answers("192.168.77.1"), answers("192.168.77.2"));

        assertEquals(condition("True", "AllAnswer", "192.168.77.1, 192.168.77.2 answer as resolvers do"), noted);
    }

    @Test
    void theOnesThatDoNotAreNamedWithWhatWasSeenAndWhatHelps() {
        var noted = note(
                undeclared(),
                server("192.0.2.1", Result.RESULT_NO_ANSWER, "no answer within 2 s"),
                answers("192.168.77.1"),
                server("192.168.77.9", Result.RESULT_REFUSED, "REFUSED"));

        assertEquals(
                condition(
                        "False", "SomeDoNotAnswer", "192.0.2.1: no answer within 2 s; 192.168.77.9: REFUSED" + OF_DHCP),
                noted);
    }

    @Test
    void thatNoneAnswersIsAnotherReason() {
        var noted = note(undeclared(), server("192.0.2.1", Result.RESULT_SERVER_FAILURE, "SERVFAIL"));

        assertEquals(condition("False", "NoneAnswers", "192.0.2.1: SERVFAIL" + OF_DHCP), noted);
    }

    @Test
    void theRemedyForADeclaredOneIsItsDeclaration() {
        var noted = note(declared(), server("192.0.2.1", Result.RESULT_NO_ANSWER, "no answer within 2 s"));

        assertEquals(
                condition(
                        "False",
                        "NoneAnswers",
                        "192.0.2.1: no answer within 2 s. The machine's spec.dnsServers names it: mend it, or correct"
                                + " that; without it, those of the subnet count"),
                noted);
    }

    @Test
    void whereNodeConfigsCountTheRemedyIsTheCommandThatTellsWhoseItIs() {
        var change = new StatusChange(MachineStatus.unseen(), NOW);
        var said = Resolvers.newBuilder()
                .addServers(server("192.0.2.1", Result.RESULT_REFUSED, "REFUSED"))
                .build();
        var config = new MachineStatus.Config("", null, List.of("site"), NOW);

        var noted = MachineResolvers.note(change, said, undeclared(), config).unseen();

        assertEquals(
                List.of(condition(
                        "False",
                        "NoneAnswers",
                        "192.0.2.1: REFUSED. DHCP or a NodeConfig named it, and garboard machine config"
                                + " --provenance says which: mend it, or correct that, or name others in the"
                                + " machine's spec.dnsServers")),
                noted.conditions());
    }

    @Test
    void aMachineWithoutAResolverSaysSo() {
        var noted = note(undeclared());

        assertEquals(
                condition(
                        "False",
                        "NoResolver",
                        "nobody named a resolver, so the machine cannot resolve names; name one in the machine's"
                                + " subnet or in the machine (spec.dnsServers)"),
                noted);
    }

    /** A result that a newer agent knows and this server does not is no good one. */
    @ParameterizedTest
    @EnumSource(
            value = Result.class,
            names = {"RESULT_ANSWERS", "UNRECOGNIZED"},
            mode = EnumSource.Mode.EXCLUDE)
    void onlyAnAnswerIsOne(Result result) {
        assertEquals(
                "False", note(undeclared(), server("192.0.2.1", result, "")).status());
    }

    @Test
    void latencyAndTimeChangeNothingThatIsStored() {
        var before = MachineStatus.unseen();
        var once = after(
                before,
                server("192.0.2.1", Result.RESULT_ANSWERS, "answers").toBuilder()
                        .setLatency(Duration.newBuilder().setNanos(1))
                        .build());

        var again = after(
                once,
                server("192.0.2.1", Result.RESULT_ANSWERS, "answers").toBuilder()
                        .setLatency(Duration.newBuilder().setNanos(2))
                        .setSince(Timestamp.newBuilder().setSeconds(9))
                        .build());

        assertEquals(once, again);
    }

    private static MachineStatus after(MachineStatus before, Resolvers.Server said) {
        var resolvers = Resolvers.newBuilder().addServers(said).build();
        return MachineResolvers.note(new StatusChange(before, NOW), resolvers, undeclared(), null)
                .unseen();
    }

    private static Condition note(MachineSpec spec, Resolvers.Server... said) {
        var resolvers = Resolvers.newBuilder().addAllServers(List.of(said)).build();
        var change = new StatusChange(MachineStatus.unseen(), NOW);
        return MachineResolvers.note(change, resolvers, spec, null)
                .unseen()
                .conditions()
                .getFirst();
    }

    private static Condition condition(String status, String reason, String message) {
        return new Condition("ResolverAnswers", status, reason, message, NOW);
    }

    private static Resolvers.Server answers(String address) {
        return server(address, Result.RESULT_ANSWERS, "answers");
    }

    private static Resolvers.Server server(String address, Result result, String seen) {
        return Resolvers.Server.newBuilder()
                .setAddress(address)
                .setResult(result)
                .setSeen(seen)
                .build();
    }

    private static MachineSpec undeclared() {
        return MachineSpec.undecided();
    }

    private static MachineSpec declared() {
        return new MachineSpec(
                Acceptance.ACCEPTED, MachineIdentity.none(), null, null, List.of("192.0.2.1"), List.of(), null, null);
    }
}
