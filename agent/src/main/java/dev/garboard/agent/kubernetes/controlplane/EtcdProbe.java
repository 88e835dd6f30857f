package dev.garboard.agent.kubernetes.controlplane;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks a member every few seconds how it is, over one connection: a new one each time cost more than all the rest of an idle node. */
final class EtcdProbe implements AutoCloseable {

    private @Nullable Object member;
    private @Nullable EtcdClient client;

    /**
     * Asks once.
     *
     * @param asked who is asked: another one gets another connection
     * @param connect opens it
     * @throws IllegalStateException with what the member says against itself
     */
    synchronized void check(Object asked, Supplier<EtcdClient> connect) {
        var open = client;
        if (open == null || !asked.equals(member)) {
            close();
            open = connect.get();
            client = open;
            member = asked;
        }
        try {
            var status = open.status();
            if (status.getLeader() == 0) {
                throw new IllegalStateException("there is no leader; a majority of the members must run");
            }
            if (status.getErrorsCount() > 0) {
                throw new IllegalStateException(String.join(", ", status.getErrorsList()));
            }
        } catch (EtcdException silent) {
            // With the certificates of the day, perhaps.
            close();
            throw silent;
        }
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
