package dev.garboard.fleet;

import dev.garboard.agentapi.v1.NodeMessage.Resolvers;
import dev.garboard.agentapi.v1.NodeMessage.Resolvers.Result;
import dev.garboard.inventory.Condition;
import dev.garboard.inventory.MachineSpec;
import dev.garboard.inventory.MachineStatus;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Whether a machine's resolvers resolve, as the machine found it. The condition is there for every machine that says so: one without a
 * resolver that works is not simply ready, and one that nobody gave a resolver no more than that.
 */
final class MachineResolvers {

    static final String CONDITION = "ResolverAnswers";

    private static final Logger log = LoggerFactory.getLogger(MachineResolvers.class);

    private MachineResolvers() {}

    /**
     * Notes what the machine said. Nothing in the text changes while its findings do not: it would be written every time.
     *
     * @param spec the machine's, which says whose choice the resolvers were
     * @param config what is declared of the machine beside that; null when nothing is
     */
    static StatusChange note(
            StatusChange change, Resolvers said, MachineSpec spec, MachineStatus.@Nullable Config config) {
        if (said.getServersCount() == 0) {
            return change.condition(
                    CONDITION,
                    false,
                    "NoResolver",
                    "nobody named a resolver, so the machine cannot resolve names; name one in the machine's subnet or"
                            + " in the machine (spec.dnsServers)");
        }
        var failing = said.getServersList().stream()
                .filter(server -> server.getResult() != Result.RESULT_ANSWERS)
                .toList();
        if (failing.isEmpty()) {
            return change.condition(
                    CONDITION, true, "AllAnswer", names(said.getServersList()) + " answer as resolvers do");
        }
        return change.condition(
                CONDITION,
                false,
                failing.size() == said.getServersCount() ? "NoneAnswers" : "SomeDoNotAnswer",
                failing.stream()
                                .map(server -> server.getAddress() + ": " + server.getSeen())
                                .collect(Collectors.joining("; "))
                        + remedy(spec, config));
    }

    /** Logs what is news. */
    static void tell(String machine, MachineStatus before, MachineStatus after) {
        var now = condition(after);
        if (now.isEmpty() || now.equals(condition(before))) {
            return;
        }
        var condition = now.get();
        log.atLevel(condition.status().equals("True") ? Level.INFO : Level.WARN)
                .addKeyValue("machine", machine)
                .addKeyValue("reason", condition.reason())
                .addKeyValue("seen", condition.message())
                .log("the machine has asked its resolvers");
    }

    private static Optional<Condition> condition(MachineStatus status) {
        return status.conditions().stream()
                .filter(condition -> condition.type().equals(CONDITION))
                .findFirst();
    }

    private static String names(List<Resolvers.Server> servers) {
        return servers.stream().map(Resolvers.Server::getAddress).collect(Collectors.joining(", "));
    }

    private static String remedy(MachineSpec spec, MachineStatus.@Nullable Config config) {
        if (spec.dnsServers().isEmpty()
                && config != null
                && !config.nodeConfigs().isEmpty()) {
            return ". DHCP or a NodeConfig named it, and garboard machine config --provenance says which: mend it, or"
                    + " correct that, or name others in the machine's spec.dnsServers";
        }
        return spec.dnsServers().isEmpty()
                ? ". DHCP named it: mend it, or correct the machine's subnet (spec.dnsServers, option 6 where another"
                        + " DHCP server gives the addresses), or name others in the machine's spec.dnsServers"
                : ". The machine's spec.dnsServers names it: mend it, or correct that; without it, those of the subnet"
                        + " count";
    }
}
