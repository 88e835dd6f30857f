package dev.garboard.agent.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.garboard.agent.net.ResolverAnswer.Result;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class ResolverQuestionTest {

    private static final int ID = 0xbeef;

    private final ResolverQuestion question = new ResolverQuestion(ID);

    record Said(int rcode, Result result, String seen) {}

    static final List<Said> rcodes = List.of(
            new Said(Rcode.NOERROR, Result.ANSWERS, "answers"),
            new Said(Rcode.NXDOMAIN, Result.ANSWERS, "answers"),
            new Said(Rcode.REFUSED, Result.REFUSED, "REFUSED"),
            new Said(Rcode.SERVFAIL, Result.SERVER_FAILURE, "SERVFAIL"),
            new Said(Rcode.NOTIMP, Result.OTHER_ERROR, "NOTIMP"),
            new Said(Rcode.FORMERR, Result.OTHER_ERROR, "FORMERR"));

    @Test
    void asksForTheNameOfTheLoopbackAndForRecursion() throws Exception {
        var sent = new Message(question.bytes());

        assertEquals(ID, sent.getHeader().getID());
        assertEquals(
                Record.newRecord(Name.fromString("1.0.0.127.in-addr.arpa."), Type.PTR, DClass.IN), sent.getQuestion());
        assertTrue(sent.getHeader().getFlag(Flags.RD));
        assertEquals(0, sent.getHeader().getCount(Section.ADDITIONAL), "no EDNS");
    }

    @ParameterizedTest
    @FieldSource("rcodes")
    void aCodeSaysWhetherTheServerResolves(Said said) throws Exception {
        var reply = reply();
        reply.getHeader().setRcode(said.rcode());

        var answer = question.answer(reply.toWire()).orElseThrow();

        var judged = ResolverQuestion.judge(answer, Duration.ofMillis(3));
        assertEquals(new ResolverAnswer(said.result(), said.seen(), Duration.ofMillis(3)), judged);
    }

    @Test
    void aServerThatOnlyRefersToOthersDoesNotResolve() throws Exception {
        var reply = reply();
        reply.getHeader().unsetFlag(Flags.RA);

        var answer = question.answer(reply.toWire()).orElseThrow();

        assertEquals(
                Result.REFERRAL, ResolverQuestion.judge(answer, Duration.ZERO).result());
    }

    @Test
    void anAuthoritativeServerThatKnowsTheNameResolves() throws Exception {
        var reply = reply();
        reply.getHeader().unsetFlag(Flags.RA);
        reply.addRecord(
                new PTRRecord(Name.fromString("1.0.0.127.in-addr.arpa."), DClass.IN, 60, Name.fromString("localhost.")),
                Section.ANSWER);

        var answer = question.answer(reply.toWire()).orElseThrow();

        assertEquals(
                Result.ANSWERS, ResolverQuestion.judge(answer, Duration.ZERO).result());
    }

    @Test
    void whatAnswersAnotherQuestionIsNoAnswer() throws Exception {
        var otherId = reply();
        otherId.getHeader().setID(ID + 1);
        var otherName = answering(Record.newRecord(Name.fromString("example.com."), Type.PTR, DClass.IN));
        var noReply = new Message(question.bytes());

        assertEquals(Optional.empty(), question.answer(otherId.toWire()));
        assertEquals(Optional.empty(), question.answer(otherName.toWire()));
        assertEquals(Optional.empty(), question.answer(noReply.toWire()));
    }

    @Test
    void anErrorMayLeaveTheQuestionOutButAnAnswerMayNot() {
        var refused = new Message(ID);
        refused.getHeader().setFlag(Flags.QR);
        refused.getHeader().setRcode(Rcode.REFUSED);
        var empty = new Message(ID);
        empty.getHeader().setFlag(Flags.QR);

        assertTrue(question.answer(refused.toWire()).isPresent());
        assertFalse(question.answer(empty.toWire()).isPresent());
    }

    @Test
    void randomAndTruncatedBytesAreNoAnswerAndNothingElse() throws Exception {
        var random = new Random(53);
        byte[] whole = reply().toWire();
        for (int i = 0; i < 20_000; i++) {
            var bytes = new byte[random.nextInt(600)];
            random.nextBytes(bytes);
            assertEquals(Optional.empty(), question.answer(bytes));
        }
        for (int length = 0; length < whole.length; length++) {
            assertEquals(Optional.empty(), question.answer(Arrays.copyOf(whole, length)));
        }
    }

    private Message reply() throws Exception {
        return answering(new Message(question.bytes()).getQuestion());
    }

    private static Message answering(Record asked) {
        var reply = new Message(ID);
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setFlag(Flags.RA);
        reply.addRecord(asked, Section.QUESTION);
        return reply;
    }
}
