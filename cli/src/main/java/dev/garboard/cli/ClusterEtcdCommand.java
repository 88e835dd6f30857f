package dev.garboard.cli;

import dev.garboard.agentapi.v1.EtcdAlarmsRequest;
import dev.garboard.agentapi.v1.EtcdDefragmentRequest;
import dev.garboard.agentapi.v1.EtcdMember;
import dev.garboard.agentapi.v1.EtcdMembersRequest;
import dev.garboard.agentapi.v1.EtcdRemoveMemberRequest;
import dev.garboard.agentapi.v1.EtcdStatusRequest;
import dev.garboard.agentapi.v1.EtcdStatusResponse;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What keeps a cluster's state: its members of etcd. */
@Command(
        name = "etcd",
        description = "See and care for etcd, which keeps a cluster's state.",
        subcommands = ClusterEtcdRestoreCommand.class)
final class ClusterEtcdCommand implements Runnable {

    private static final int DEFRAGMENT_SECONDS = 130;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "say what to do with etcd");
    }

    @Command(name = "members", description = "List the members.")
    int members(@Mixin ClusterReach reach, @Parameters(paramLabel = "NAME", description = "The cluster.") String name) {
        var answer = reach.calls()
                .askFirst(reach.controlPlanes(name), node -> node.etcdMembers(EtcdMembersRequest.getDefaultInstance()));
        print(answer.getMembersList());
        return ExitCode.OK;
    }

    @Command(name = "status", description = "Show how each member is.")
    int status(@Mixin ClusterReach reach, @Parameters(paramLabel = "NAME", description = "The cluster.") String name) {
        var calls = reach.calls();
        var rows = new ArrayList<List<String>>();
        int exit = ExitCode.OK;
        for (var node : reach.controlPlanes(name)) {
            try {
                var member = calls.ask(node, one -> one.etcdStatus(EtcdStatusRequest.getDefaultInstance()));
                rows.add(row(node, member));
            } catch (CommandException refused) {
                rows.add(List.of(node, "-", "-", "-", "-", String.valueOf(refused.getMessage())));
                exit = ExitCode.FAILED;
            }
        }
        var out = spec.commandLine().getOut();
        TextTable.print(out, List.of("Machine", "Member", "Role", "Version", "Database", "Message"), rows);
        out.flush();
        return exit;
    }

    private static List<String> row(String machine, EtcdStatusResponse member) {
        boolean leads = member.getLeaderId().equals(member.getMemberId());
        var role = leads ? "leader" : member.getLearner() ? "learner" : "follower";
        return List.of(
                machine,
                member.getMemberId(),
                member.getLeaderId().isEmpty() ? "no leader" : role,
                member.getVersion(),
                mebibytes(member.getDatabaseBytesInUse()) + " of " + mebibytes(member.getDatabaseBytes()) + " MiB",
                String.join(", ", member.getErrorsList()));
    }

    @Command(
            name = "snapshot",
            description =
                    "Save the whole state of a cluster in a file. It holds every secret of the cluster, so keep it as"
                            + " one.")
    int snapshot(
            @Mixin ClusterReach reach,
            @Parameters(index = "0", paramLabel = "NAME", description = "The cluster.") String name,
            @Parameters(index = "1", paramLabel = "FILE", description = "A new file.") Path file) {
        var saved = reach.calls()
                .askFirst(
                        reach.controlPlanes(name), EtcdSnapshotFile.SECONDS, node -> EtcdSnapshotFile.save(node, file));
        var out = spec.commandLine().getOut();
        Terminal.println(out, "Saved " + saved.bytes() + " bytes in " + file + ", SHA-256 " + saved.sha256());
        out.flush();
        return ExitCode.OK;
    }

    @Command(
            name = "remove-member",
            aliases = "remove",
            description = "Take a member out, for example one whose machine will not come back.")
    int remove(
            @Mixin ClusterReach reach,
            @Parameters(index = "0", paramLabel = "NAME", description = "The cluster.") String name,
            @Parameters(index = "1", paramLabel = "MEMBER", description = "The member's name or id.") String member) {
        var request = EtcdRemoveMemberRequest.newBuilder().setMember(member).build();
        // Asked of one that stays: a member that removes itself gives no answer.
        var others = reach.controlPlanes(name).stream()
                .filter(node -> !node.equals(member))
                .toList();
        print(reach.calls()
                .askFirst(others, node -> node.etcdRemoveMember(request))
                .getMembersList());
        return ExitCode.OK;
    }

    @Command(
            name = "defragment",
            description =
                    "Give free space of the database back, one member after the other; each does not answer meanwhile.")
    int defragment(
            @Mixin ClusterReach reach, @Parameters(paramLabel = "NAME", description = "The cluster.") String name) {
        var out = spec.commandLine().getOut();
        var calls = reach.calls();
        for (var node : reach.controlPlanes(name)) {
            var answer = calls.ask(
                    node, DEFRAGMENT_SECONDS, one -> one.etcdDefragment(EtcdDefragmentRequest.getDefaultInstance()));
            Terminal.println(
                    out,
                    node + ": " + mebibytes(answer.getBytesBefore()) + " MiB before, "
                            + mebibytes(answer.getBytesAfter()) + " MiB after");
            out.flush();
        }
        return ExitCode.OK;
    }

    @Command(name = "alarms", description = "List the alarms of all members.")
    int alarms(
            @Mixin ClusterReach reach,
            @Parameters(paramLabel = "NAME", description = "The cluster.") String name,
            @Option(names = "--disarm", description = "Take them back, once their cause is gone.") boolean disarm) {
        var request = EtcdAlarmsRequest.newBuilder().setDisarm(disarm).build();
        var alarms = reach.calls()
                .askFirst(reach.controlPlanes(name), node -> node.etcdAlarms(request))
                .getAlarmsList();
        var out = spec.commandLine().getOut();
        TextTable.print(
                out,
                List.of("Member", "Alarm"),
                alarms.stream()
                        .map(alarm -> List.of(alarm.getMemberId(), alarm.getAlarm()))
                        .toList());
        out.flush();
        return ExitCode.OK;
    }

    private void print(List<EtcdMember> members) {
        PrintWriter out = spec.commandLine().getOut();
        TextTable.print(
                out,
                List.of("Member", "Name", "Role", "Address"),
                members.stream()
                        .map(member -> List.of(
                                member.getId(),
                                member.getName().isEmpty() ? "(not started yet)" : member.getName(),
                                member.getLearner() ? "learner" : "voter",
                                String.join(", ", member.getPeerUrlsList())))
                        .toList());
        out.flush();
    }

    private static String mebibytes(long bytes) {
        return String.valueOf((bytes + (1 << 19)) >> 20);
    }
}
