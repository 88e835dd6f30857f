package dev.garboard.agent.kubernetes.controlplane;

import dev.garboard.agentapi.etcd.Member;
import dev.garboard.agentapi.etcd.StatusResponse;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the lead over etcd to another member before this one ends: otherwise the others notice by its silence only, and take no write until they
 * have elected. It is bounded, and keeps no member from ending.
 */
final class EtcdLeadership {

    private static final Logger LOG = LoggerFactory.getLogger("garboard.etcd");

    private EtcdLeadership() {}

    /** What is asked of a member. */
    interface Voice extends AutoCloseable {

        StatusResponse status();

        /** The members as it knows them. */
        List<Member> knownMembers();

        /** Gives its lead to another member; refused by one that does not lead. */
        void moveLeader(long member);

        @Override
        void close();
    }

    /**
     * Hands over when this member leads and another one can. What it does and what not is in the log.
     *
     * @param local opens the way to this node's member
     * @param peers opens the one to another member
     * @param limit for everything; half of it for the others' answers
     * @return the name of the member that leads now; empty when it is as before, or not known
     */
    static Optional<String> handOver(Supplier<Voice> local, Function<Member, Voice> peers, Duration limit) {
        long begun = System.nanoTime();
        var work = later(() -> handOverNow(local, peers, limit.dividedBy(2)));
        try {
            var leads = work.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            leads.ifPresent(
                    name -> LOG.info("{} leads etcd now, after {} ms", name, (System.nanoTime() - begun) / 1_000_000));
            return leads;
        } catch (TimeoutException late) {
            LOG.warn(
                    "this member's lead over etcd was not handed over within {} ms; the others elect",
                    limit.toMillis());
        } catch (ExecutionException refused) {
            LOG.warn("this member's lead over etcd, if it has it, is not handed over: {}", reason(refused));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    private static String reason(ExecutionException failed) {
        return String.valueOf(
                failed.getCause() == null ? failed : failed.getCause().getMessage());
    }

    private static Optional<String> handOverNow(Supplier<Voice> local, Function<Member, Voice> peers, Duration limit)
            throws InterruptedException {
        try (var own = local.get()) {
            var status = own.status();
            long self = status.getHeader().getMemberId();
            if (status.getLeader() != self) {
                return Optional.empty();
            }
            var others = own.knownMembers().stream()
                    .filter(member -> member.getID() != self)
                    .toList();
            if (others.isEmpty()) {
                return Optional.empty();
            }
            var next = successor(self, others, ask(others, peers, limit));
            if (next.isEmpty()) {
                LOG.warn("this member leads etcd, and no other voter answers that could");
                return Optional.empty();
            }
            own.moveLeader(next.get().getID());
            return Optional.of(next.get().getName());
        }
    }

    /** What those say that answer in time, by their identity. */
    private static Map<Long, StatusResponse> ask(List<Member> others, Function<Member, Voice> peers, Duration limit)
            throws InterruptedException {
        var said = new ConcurrentHashMap<Long, StatusResponse>();
        var questions = others.stream()
                .map(other -> later(() -> {
                    try (var peer = peers.apply(other)) {
                        return said.put(other.getID(), peer.status());
                    }
                }))
                .toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(questions).get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException silent) {
            LOG.debug("not every member answers: {}", silent.toString());
        }
        return Map.copyOf(said);
    }

    /**
     * Who is to lead: a voter that sees this member lead and against whom etcd raised no alarm, of these the one that has carried out most.
     *
     * @param said by those that answer, by their identity
     */
    static Optional<Member> successor(long self, List<Member> others, Map<Long, StatusResponse> said) {
        Comparator<Member> least = (one, other) -> Long.compareUnsigned(applied(one, said), applied(other, said));
        return others.stream()
                .filter(member -> !member.getIsLearner())
                .filter(member -> {
                    var status = said.get(member.getID());
                    return status != null
                            && status.getLeader() == self
                            && !status.getIsLearner()
                            && status.getErrorsList().stream().noneMatch(error -> accuses(error, member));
                })
                .min(least.reversed().thenComparing(Member::getName));
    }

    private static long applied(Member member, Map<Long, StatusResponse> said) {
        var status = said.get(member.getID());
        return status == null ? 0 : status.getRaftAppliedIndex();
    }

    /** As etcd writes an alarm among a member's errors: {@code memberID:123 alarm:CORRUPT}. Every member names the alarms of all. */
    private static boolean accuses(String error, Member member) {
        return (error + ' ').contains("memberID:" + Long.toUnsignedString(member.getID()) + ' ');
    }

    /** Something that may throw, on a thread of its own: what hangs there holds nobody. */
    private interface Work<T> {
        T run() throws Exception;
    }

    private static <T> CompletableFuture<T> later(Work<T> work) {
        var result = new CompletableFuture<T>();
        Thread.ofVirtual().name("etcd-leadership").start(() -> {
            try {
                result.complete(work.run());
            } catch (Exception failed) {
                result.completeExceptionally(failed);
            }
        });
        return result;
    }
}
