package dev.garboard.agent.kubernetes.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.garboard.trust.Role;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class RbacAddOnTest {

    private static Stream<ObjectNode> bindings(String kind, Role role) {
        return RbacAddOn.objects().stream()
                .filter(object -> object.path("kind").asString().equals(kind))
                .filter(object -> object.at("/subjects/0/name").asString().equals(role.organization()));
    }

    private static Set<String> everywhere(Role role) {
        return bindings("ClusterRoleBinding", role)
                .map(binding -> binding.at("/roleRef/name").asString())
                .collect(Collectors.toSet());
    }

    /** In kube-system it could take on the service accounts of the controllers, one of which gives any right. */
    @Test
    void anOperatorEditsInItsNamespaceAndOnlyReadsElsewhere() {
        assertEquals(Set.of("view", "garboard:cluster-reader", "garboard:node-operator"), everywhere(Role.OPERATOR));
        assertEquals(
                List.of("default edit"),
                bindings("RoleBinding", Role.OPERATOR)
                        .map(binding -> binding.at("/metadata/namespace").asString() + " "
                                + binding.at("/roleRef/name").asString())
                        .toList());
    }

    @Test
    void aReaderReadsAndAnAdminMayEverything() {
        assertEquals(Set.of("view", "garboard:cluster-reader"), everywhere(Role.READER));
        assertEquals(Set.of("cluster-admin"), everywhere(Role.ADMIN));
        assertEquals(0, bindings("RoleBinding", Role.READER).count());
    }

    /** The role of a binding cannot be changed, so what has another role has another name, and the former goes. */
    @Test
    void whatEarlierVersionsGaveIsTakenAwayAndNotAppliedAgain() {
        var applied = RbacAddOn.objects().stream().map(RbacAddOnTest::identity).toList();

        assertEquals(
                List.of("ClusterRoleBinding garboard:operator"),
                RbacAddOn.withdrawn().stream().map(RbacAddOnTest::identity).toList());
        RbacAddOn.withdrawn()
                .forEach(former -> assertFalse(applied.contains(identity(former)), () -> identity(former)));
    }

    private static String identity(ObjectNode object) {
        return object.path("kind").asString() + " "
                + object.at("/metadata/name").asString();
    }
}
