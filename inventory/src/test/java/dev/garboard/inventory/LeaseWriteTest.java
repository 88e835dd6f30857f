package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.garboard.inventory.LeaseWrite.Delete;
import dev.garboard.inventory.LeaseWrite.Expire;
import dev.garboard.inventory.LeaseWrite.Put;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the journal writes of what was asked for while it was writing. */
class LeaseWriteTest {

    private static final Instant NOW = Samples.TIME;
    private static final LeaseSpec A = Samples.leaseSpec(100);
    private static final LeaseSpec B = Samples.leaseSpec(101);
    private static final LeaseSpec A_RENEWED = new LeaseSpec(
            A.address(),
            A.mac(),
            A.clientId(),
            A.subnet(),
            A.start(),
            A.expires().plusSeconds(600));

    private static List<LeaseWrite> folded(LeaseWrite... writes) {
        return LeaseWrite.folded(List.of(writes));
    }

    @Test
    void ofSeveralLeasesOfAnAddressTheLastIsWritten() {
        assertEquals(
                List.of(new Put(List.of(A_RENEWED, B))), folded(new Put(List.of(A)), new Put(List.of(B, A_RENEWED))));
    }

    @Test
    void aLeaseThatIsDeletedAgainIsNotWrittenAndOneThatIsGivenAnewIs() {
        assertEquals(
                List.of(new Delete(A.address()), new Put(List.of(B))),
                folded(new Put(List.of(A, B)), new Delete(A.address())));
        assertEquals(
                List.of(new Delete(A.address()), new Put(List.of(A_RENEWED))),
                folded(new Put(List.of(A)), new Delete(A.address()), new Put(List.of(A_RENEWED))));
    }

    /** Else a renewal that waits behind an expiry would not save its lease, and one that comes later would be lost. */
    @Test
    void anExpiryJudgesWhatWasCommittedBeforeItAndNothingElse() {
        assertEquals(
                List.of(new Put(List.of(A_RENEWED)), new Expire(NOW), new Put(List.of(B))),
                folded(new Put(List.of(A)), new Put(List.of(A_RENEWED)), new Expire(NOW), new Put(List.of(B))));
    }

    @Test
    void nothingIsWrittenWhereNothingWasAsked() {
        assertEquals(List.of(), folded());
        assertEquals(List.of(new Expire(NOW)), folded(new Expire(NOW)));
    }
}
