package dev.garboard.agent.net;

import dev.garboard.agent.net.ResolverAnswer.Result;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * What a resolver is asked to find out whether it resolves: the name of 127.0.0.1.
 *
 * <p>Every recursive server serves the zone 127.in-addr.arpa itself (RFC 1912 section 4.1, RFC 6303 section 4.2), or has the answer from one
 * that does, so an answer needs no internet: one for the root, or for a public name, would be SERVFAIL or late in an isolated network whose
 * own names resolve well. For the same reason it cannot tell that the way on from the resolver is broken. No filter against DNS rebinding
 * drops a PTR record, as it may the address of localhost; there is no EDNS, which old servers refuse (RFC 8906 section 3.2).
 *
 * <p>What counts is what the stub resolvers of programs count (res_send of glibc). NOERROR and NXDOMAIN answer the question. On REFUSED,
 * SERVFAIL and every other error they go on to the next server, and from the last one they fail: such a server does not work for this node.
 * So does one that refers to others (no data, not authoritative, recursion not available: RFC 1034 section 4.3.1).
 */
final class ResolverQuestion {

    private static final Name NAME = Name.fromConstantString("1.0.0.127.in-addr.arpa.");

    private final Message query;
    private final byte[] bytes;

    ResolverQuestion(int id) {
        query = Message.newQuery(Record.newRecord(NAME, Type.PTR, DClass.IN));
        query.getHeader().setID(id & 0xffff);
        bytes = query.toWire();
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** The answer to this question in a packet; empty when it is anything else. */
    Optional<Message> answer(byte[] packet) {
        try {
            var message = new Message(packet);
            return isAnswer(message) ? Optional.of(message) : Optional.empty();
        } catch (IOException | RuntimeException malformed) {
            // Whoever can send packets chooses these bytes; no error of the parser is worth more than that it is no
            // answer.
            return Optional.empty();
        }
    }

    private boolean isAnswer(Message message) {
        var header = message.getHeader();
        if (header.getID() != query.getHeader().getID() || !header.getFlag(Flags.QR)) {
            return false;
        }
        var question = message.getQuestion();
        // Servers that could not, or would not, read the question may leave it out.
        return question == null ? header.getRcode() != Rcode.NOERROR : question.equals(query.getQuestion());
    }

    static boolean isTruncated(Message answer) {
        return answer.getHeader().getFlag(Flags.TC);
    }

    static ResolverAnswer judge(Message answer, Duration latency) {
        int rcode = answer.getRcode();
        var name = Rcode.string(rcode);
        return switch (rcode) {
            case Rcode.NOERROR ->
                isReferral(answer)
                        ? new ResolverAnswer(Result.REFERRAL, "refers to other servers: it is not recursive", latency)
                        : new ResolverAnswer(Result.ANSWERS, "answers", latency);
            case Rcode.NXDOMAIN -> new ResolverAnswer(Result.ANSWERS, "answers", latency);
            case Rcode.REFUSED -> new ResolverAnswer(Result.REFUSED, name, latency);
            case Rcode.SERVFAIL -> new ResolverAnswer(Result.SERVER_FAILURE, name, latency);
            default -> new ResolverAnswer(Result.OTHER_ERROR, name, latency);
        };
    }

    private static boolean isReferral(Message answer) {
        var header = answer.getHeader();
        return answer.getSection(Section.ANSWER).isEmpty() && !header.getFlag(Flags.AA) && !header.getFlag(Flags.RA);
    }
}
