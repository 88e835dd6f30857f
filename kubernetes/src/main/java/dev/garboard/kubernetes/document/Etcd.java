package dev.garboard.kubernetes.document;

import dev.garboard.nodeconfig.Fields;
import dev.garboard.nodeconfig.Forms;
import dev.garboard.nodeconfig.NodeDocument;
import java.net.Inet4Address;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * That the node is a member of the cluster's etcd. Needs the secrets {@code etcd-ca.crt} and {@code etcd-ca.key}.
 *
 * @param address at which the other members reach this one
 * @param bootstrap whether this node founds the cluster; true for one node of a cluster's whole life
 * @param members the other members that are known
 * @param token tells clusters apart that would otherwise take each other's members
 * @param leaving whether the member is being taken out: once it is, it does not join anew, and keeps its data until an order
 */
public record Etcd(
        String memberName, Inet4Address address, boolean bootstrap, List<Member> members, String token, boolean leaving)
        implements NodeDocument {

    public static final String KIND = "Etcd";

    /** Another member. */
    public record Member(String name, Inet4Address address) {}

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

    static Etcd read(Fields spec) {
        var name = spec.value("memberName", Forms::dnsName);
        var address = spec.value("address", Forms::address);
        boolean bootstrap = spec.flag("bootstrap");
        // Neither founding nor a member to join is how the founder goes on alone: with the data that it has, and never
        // without.
        var members = spec.objects("members", member -> member(member, name, address));
        return new Etcd(
                name, address, bootstrap, members, spec.value("token", Forms::label), spec.optionalFlag("leaving"));
    }

    private static Member member(Fields fields, String ownName, Inet4Address ownAddress) {
        var name = fields.value("name", Forms::dnsName);
        if (name.equals(ownName)) {
            throw fields.refusal("name", '"' + name + '"', "another name than memberName");
        }
        var address = fields.value("address", Forms::address);
        if (address.equals(ownAddress)) {
            throw fields.refusal("address", '"' + address.getHostAddress() + '"', "another address than this node's");
        }
        return new Member(name, address);
    }

    @Override
    public void write(ObjectNode spec) {
        spec.put("memberName", memberName);
        spec.put("address", address.getHostAddress());
        spec.put("bootstrap", bootstrap);
        var list = spec.putArray("members");
        members.forEach(member -> list.addObject()
                .put("name", member.name())
                .put("address", member.address().getHostAddress()));
        spec.put("token", token);
        // Only when it is so: an agent that does not know the word is troubled by a member that leaves only.
        if (leaving) {
            spec.put("leaving", true);
        }
    }
}
