package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.DnsLabel;
import dev.garboard.nodeconfig.DnsName;
import dev.garboard.nodeconfig.NodeDocument;
import dev.garboard.nodeconfig.binding.Checked;
import dev.garboard.nodeconfig.binding.Default;
import dev.garboard.nodeconfig.binding.Place;
import dev.garboard.nodeconfig.binding.WrittenEmpty;
import java.net.Inet4Address;
import java.util.List;

/**
 * That the node is a member of the cluster's etcd. Needs the secrets {@code etcd-ca.crt} and {@code etcd-ca.key}.
 *
 * @param memberName its own name in etcd
 * @param address at which the other members reach this one
 * @param bootstrap whether this node founds the cluster; true for one node of a cluster's whole life
 * @param members the other members that are known; neither founding nor a member to join is how the founder goes on alone: with the data that it
 *     has, and never without
 * @param token tells clusters apart that would otherwise take each other's members
 * @param leaving whether the member is being taken out: once it is, it does not join anew, and keeps its data until an order
 */
public record Etcd(
        @DnsName String memberName,
        Inet4Address address,
        boolean bootstrap,
        @WrittenEmpty List<Member> members,
        @DnsLabel String token,
        // Written only when it is so: an agent that does not know the word is troubled by a member that leaves only.
        @Default(value = "false", written = false) boolean leaving)
        implements NodeDocument, Checked {

    public static final String KIND = "Etcd";

    /** Another member. */
    public record Member(@DnsName String name, Inet4Address address) {}

    /** A member that is to stay. */
    public Etcd(String memberName, Inet4Address address, boolean bootstrap, List<Member> members, String token) {
        this(memberName, address, bootstrap, members, token, false);
    }

    public Etcd {
        members = List.copyOf(members);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public void check(Place here) {
        for (int i = 0; i < members.size(); i++) {
            var member = here.field("members").element(i);
            if (members.get(i).name().equals(memberName)) {
                member.field("name").wrong(memberName, "another name than memberName");
            }
            if (members.get(i).address().equals(address)) {
                member.field("address").wrong(address, "another address than this node's");
            }
        }
    }
}
