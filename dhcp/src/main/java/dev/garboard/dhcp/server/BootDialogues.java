package dev.garboard.dhcp.server;

import dev.garboard.dhcp.MacAddress;
import dev.garboard.dhcp.MessageType;
import java.net.Inet4Address;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what each machine was told, so that the director is asked once for a DISCOVER, its repetitions and its REQUEST.
 * The transaction id alone does not tell one boot from the next: an iPXE of 2019 uses the same one in all of them.
 */
final class BootDialogues {

    private static final int MAXIMUM = 8192;
    private static final Duration DISCOVERING = Duration.ofSeconds(60);
    private static final Duration REQUESTING = Duration.ofMinutes(5);

    private final BootDirector director;
    private final InstantSource clock;
    private final Map<MacAddress, Dialogue> dialogues = new LinkedHashMap<>();

    private record Dialogue(
            ClientKind kind,
            int transactionId,
            Inet4Address address,
            CompletableFuture<BootInstruction> instruction,
            int unansweredOffers,
            boolean acknowledged,
            Instant at) {

        boolean continuedBy(Request request, Instant now) {
            if (kind != request.client().kind() || instruction.isCompletedExceptionally()) {
                return false;
            }
            // A DISCOVER after the ACK is the next boot; on port 4011 the transaction is a new one.
            return request.type() == MessageType.DISCOVER
                    ? !acknowledged
                            && transactionId == request.message().transactionId()
                            && now.isBefore(at.plus(DISCOVERING))
                    : now.isBefore(at.plus(REQUESTING));
        }

        Dialogue continued(Request request) {
            boolean again = request.type() == MessageType.DISCOVER;
            return new Dialogue(
                    kind,
                    again ? transactionId : request.message().transactionId(),
                    address,
                    instruction,
                    again ? unansweredOffers + 1 : unansweredOffers,
                    !again,
                    at);
        }

        CompletionStage<BootAnswer> answer() {
            var shape = kind == ClientKind.PXE ? ReplyShape.after(unansweredOffers) : ReplyShape.DISCOVERY_CONTROL;
            return instruction.thenApply(told -> new BootAnswer(told, shape));
        }
    }

    BootDialogues(BootDirector director, InstantSource clock) {
        this.director = director;
        this.clock = clock;
    }

    CompletionStage<BootAnswer> answer(Request request, Inet4Address address) {
        if (!request.client().kind().boots()) {
            return CompletableFuture.completedFuture(BootAnswer.NONE);
        }
        return next(request, address).answer();
    }

    private synchronized Dialogue next(Request request, Inet4Address address) {
        var mac = request.client().mac();
        var now = clock.instant();
        var before = dialogues.remove(mac);
        var next = before != null && before.address().equals(address) && before.continuedBy(request, now)
                ? before.continued(request)
                : begin(request, address, unansweredBefore(before, request, now), now);
        dialogues.put(mac, next);
        if (dialogues.size() > MAXIMUM) {
            dialogues.remove(dialogues.keySet().iterator().next());
        }
        return next;
    }

    private Dialogue begin(Request request, Inet4Address address, int unanswered, Instant now) {
        return new Dialogue(
                request.client().kind(),
                request.message().transactionId(),
                address,
                ask(request, address),
                unanswered,
                request.type() != MessageType.DISCOVER,
                now);
    }

    /** Firmware that gave up and began again has not taken our offers either. */
    private static int unansweredBefore(@Nullable Dialogue before, Request request, Instant now) {
        if (before == null) {
            return 0;
        }
        boolean ignored = request.type() == MessageType.DISCOVER
                && !before.acknowledged()
                && before.kind() == request.client().kind()
                && now.isBefore(before.at().plus(DISCOVERING));
        return ignored ? before.unansweredOffers() + 1 : 0;
    }

    private CompletableFuture<BootInstruction> ask(Request request, Inet4Address address) {
        try {
            return director.direct(request.client(), address, request.server()).toCompletableFuture();
        } catch (RuntimeException | Error failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }
}
