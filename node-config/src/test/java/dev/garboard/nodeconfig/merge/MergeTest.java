package dev.garboard.nodeconfig.merge;

import static dev.garboard.nodeconfig.merge.Declared.DOC;
import static dev.garboard.nodeconfig.merge.Declared.RULES;
import static dev.garboard.nodeconfig.merge.Declared.document;
import static dev.garboard.nodeconfig.merge.Declared.json;
import static dev.garboard.nodeconfig.merge.Declared.layers;
import static dev.garboard.nodeconfig.merge.Declared.merge;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.garboard.nodeconfig.DocumentException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.node.ObjectNode;

class MergeTest {

    /**
     * What layers come to.
     *
     * @param spec of the one document, {@code nothing} when there is none
     * @param conflicts one on a line
     */
    record Case(String says, String layers, String spec, String conflicts) {

        Case(String says, String layers, String spec) {
            this(says, layers, spec, "");
        }

        @Override
        public String toString() {
            return says;
        }
    }

    static final List<Case> cases = List.of(
            new Case("fields of several layers come together", """
                    a 1: {mtu: 1500}
                    b 2: {up: true}
                    """, "{mtu: 1500, up: true}"),
            new Case("the stronger layer's value wins, whatever its name", """
                    z 1: {mtu: 1500, up: false}
                    b 2: {mtu: 9000}
                    a 0: {mtu: 576}
                    """, "{mtu: 9000, up: false}"),
            new Case("maps merge by key", """
                    a 1: {values: {'net.core.somaxconn': '128', 'vm.swappiness': '60'}}
                    b 2: {values: {'net.core.somaxconn': '4096'}}
                    """, "{values: {'net.core.somaxconn': '4096', 'vm.swappiness': '60'}}"),
            new Case("a list of values is one value", """
                    a 1: {servers: ['192.0.2.1', '192.0.2.2']}
                    b 2: {servers: ['192.0.2.3']}
                    """, "{servers: ['192.0.2.3']}"),
            new Case("an empty list is one value too", """
                    a 1: {servers: ['192.0.2.1']}
                    b 2: {servers: []}
                    """, "{servers: []}"),
            new Case(
                    "a list of objects with names merges by name",
                    """
                    a 1: {links: [{name: 'eth1', mtu: 1500}, {name: 'eth0', mtu: 1500}]}
                    b 2: {links: [{name: 'eth0', up: true}, {name: 'eth2'}]}
                    """,
                    "{links: [{name: 'eth0', mtu: 1500, up: true}, {name: 'eth1', mtu: 1500}, {name: 'eth2'}]}"),
            new Case("an empty list adds nothing to one that merges by name", """
                    a 1: {links: [{name: 'eth0'}]}
                    b 2: {links: []}
                    """, "{links: [{name: 'eth0'}]}"),
            new Case(
                    "a rule names the key field of a list",
                    """
                    a 1: {rules: [{id: 7, name: 'x', port: 1}]}
                    b 2: {rules: [{id: 7, port: 2}, {id: 8, name: 'x'}]}
                    """,
                    "{rules: [{id: 7, name: 'x', port: 2}, {id: 8, name: 'x'}]}"),
            new Case("a rule keeps a list of objects whole", """
                    a 1: {steps: [{name: 'x', then: null}, {name: 'x'}]}
                    b 2: {steps: [{name: 'y', '$remove': true}]}
                    """, "{steps: [{name: 'y', '$remove': true}]}"),
            new Case("a list of objects of which one has no name is whole", """
                    a 1: {links: [{name: 'x'}, {mtu: 1}]}
                    b 2: {links: [{name: 'y'}, {name: 3.5}]}
                    """, "{links: [{name: 'y'}, {name: 3.5}]}"),
            new Case("a rule unites lists of values", """
                    a 1: {modules: ['raid1', 'dm_mod']}
                    b 2: {modules: ['dm_mod', 'tun', {value: 'raid1', '$remove': true}]}
                    """, "{modules: ['dm_mod', 'tun']}"),
            new Case("rules reach into elements", """
                    a 1: {rules: [{id: 'ssh', ports: [22]}]}
                    b 2: {rules: [{id: 'ssh', ports: [2222]}]}
                    """, "{rules: [{id: 'ssh', ports: [22, 2222]}]}"),
            new Case(
                    "rules reach into maps with free keys",
                    """
                    a 1: {peers: {p1: {routes: [{to: 'x', via: 'g'}]}}}
                    b 2: {peers: {p1: {routes: [{to: 'y'}]}}}
                    """,
                    "{peers: {p1: {routes: [{to: 'x', via: 'g'}, {to: 'y'}]}}}"),
            new Case("null takes a field away", """
                    a 1: {mtu: 1500, up: true}
                    b 2: {mtu: null}
                    """, "{up: true}"),
            new Case("$remove takes a field away where a client drops null", """
                    a 1: {mtu: 1500, up: true}
                    b 2: {mtu: {'$remove': true}}
                    """, "{up: true}"),
            new Case("null takes a key of a map away, and the map stays", """
                    a 1: {values: {x: '1'}}
                    b 2: {values: {x: null}}
                    """, "{values: {}}"),
            new Case("$remove takes an element away", """
                    a 1: {links: [{name: 'eth0', mtu: 1}, {name: 'eth1'}]}
                    b 2: {links: [{name: 'eth0', '$remove': true}]}
                    """, "{links: [{name: 'eth1'}]}"),
            new Case("what is still stronger comes back alone", """
                    a 1: {values: {x: '1', y: '1'}}
                    b 2: {values: null}
                    c 3: {values: {x: '3'}}
                    """, "{values: {x: '3'}}"),
            new Case("a removal of nothing is nothing", """
                    a 1: {up: true}
                    b 2: {mtu: null, values: {x: null}}
                    """, "{up: true, values: {}}"),
            new Case("a weaker removal takes nothing from a stronger layer", """
                    a 1: {mtu: null}
                    b 2: {mtu: 1500}
                    """, "{mtu: 1500}"),
            new Case("a document is taken away", """
                    a 1: {mtu: 1}
                    b 2: remove
                    """, "nothing"),
            new Case("a document is taken away by its spec too", """
                    a 1: {mtu: 1}
                    b 2: {'$remove': true}
                    """, "nothing"),
            new Case("a document that was taken away is declared anew", """
                    a 1: {mtu: 1}
                    b 2: remove
                    c 3: {up: true}
                    """, "{up: true}"),
            new Case("a document without fields is there", "a 1: {}", "{}"),
            new Case("equal values of equal priority agree", """
                    a 1: {mtu: 1500, servers: ['x'], o: {p: 1.0}}
                    b 1: {mtu: 1500, servers: ['x'], o: {p: 1}}
                    """, "{mtu: 1500, servers: ['x'], o: {p: 1.0}}"),
            new Case(
                    "different values of equal priority conflict",
                    """
                    b 1: {mtu: 9000}
                    a 1: {mtu: 1500}
                    c 1: {mtu: 1500}
                    """,
                    "{mtu: 1500}",
                    "Doc/default spec.mtu: a says 1500, b says 9000, c says 1500"),
            new Case(
                    "a conflict is named by its key",
                    """
                    a 1: {values: {'net.core.somaxconn': '1'}, links: [{name: 'eth0', mtu: 1}]}
                    b 1: {values: {'net.core.somaxconn': '2'}, links: [{name: 'eth0', mtu: 2}]}
                    """,
                    "{values: {'net.core.somaxconn': '1'}, links: [{name: 'eth0', mtu: 1}]}",
                    """
                    Doc/default spec.links[eth0].mtu: a says 1, b says 2
                    Doc/default spec.values[net.core.somaxconn]: a says "1", b says "2"
                    """),
            new Case("a stronger layer decides a conflict", """
                    a 1: {mtu: 1500}
                    b 1: {mtu: 9000}
                    c 2: {mtu: 576}
                    """, "{mtu: 576}"),
            new Case("a stronger removal decides a conflict", """
                    a 1: {mtu: 1500}
                    b 1: {mtu: 9000}
                    c 2: {mtu: null}
                    """, "{}"),
            new Case(
                    "value and removal of equal priority conflict",
                    """
                    a 1: {mtu: 1500}
                    b 1: {mtu: null}
                    """,
                    "{mtu: 1500}",
                    "Doc/default spec.mtu: a says 1500, b removes it"),
            new Case("two removals agree", """
                    a 1: {mtu: null}
                    b 1: {mtu: null}
                    c 0: {mtu: 1500}
                    """, "{}"),
            new Case(
                    "map and its removal of equal priority are one conflict",
                    """
                    a 1: {values: {x: '1', y: '1'}}
                    b 1: {values: null}
                    c 0: {values: {z: '1'}}
                    """,
                    "{values: {x: '1', y: '1'}}",
                    "Doc/default spec.values: a says {\"x\":\"1\",\"y\":\"1\"}, b removes it"),
            new Case(
                    "of that conflict what a stronger layer decides is none",
                    """
                    a 1: {values: {x: '1', y: '1'}}
                    b 1: {values: null}
                    c 2: {values: {x: '2'}}
                    """,
                    "{values: {x: '2', y: '1'}}",
                    "Doc/default spec.values.y: a says \"1\", b removes it"),
            new Case(
                    "object, list and value of one place conflict however strong they are",
                    """
                    a 1: {mtu: 1500}
                    b 2: {mtu: {of: 'eth0'}}
                    """,
                    "{mtu: {of: 'eth0'}}",
                    "Doc/default spec.mtu: b says {\"of\":\"eth0\"}, a says 1500"),
            new Case("a value where others say a list conflicts", """
                    a 1: {servers: ['x'], links: [{name: 'x'}]}
                    b 2: {servers: 'x', links: ['x']}
                    """, "{servers: 'x', links: ['x']}", """
                    Doc/default spec.links: b says ["x"], a says [{"name":"x"}]
                    Doc/default spec.servers: b says "x", a says ["x"]
                    """),
            new Case("what was taken away conflicts with nothing", """
                    a 1: {mtu: 1500}
                    b 2: {mtu: null}
                    c 3: {mtu: {of: 'eth0'}}
                    """, "{mtu: {of: 'eth0'}}"),
            new Case(
                    "a clash of equal priority names all",
                    """
                    a 1: {mtu: {of: 'eth0'}}
                    b 1: {mtu: 1500}
                    c 1: {mtu: [1]}
                    """,
                    "{mtu: {of: 'eth0'}}",
                    "Doc/default spec.mtu: a says {\"of\":\"eth0\"}, b says 1500, c says [1]"),
            new Case(
                    "a document declared and taken away with one priority conflicts",
                    """
                    a 1: {mtu: 1}
                    b 1: remove
                    """,
                    "{mtu: 1}",
                    "Doc/default spec: a says {\"mtu\":1}, b removes it"),
            new Case(
                    "DHCP is the weakest layer, the machine's own fields the strongest",
                    """
                    DHCP %d: {servers: ['dhcp'], search: ['dhcp'], up: true}
                    Machine/m1 %d: {servers: ['machine']}
                    NodeConfig/a -5: {servers: ['a'], search: ['a']}
                    """.formatted(Layer.WEAKEST, Layer.STRONGEST),
                    "{servers: ['machine'], search: ['a'], up: true}"));

    @ParameterizedTest
    @FieldSource("cases")
    void merges(Case merged) {
        var effective = merge(merged.layers());

        var found = effective.documents().isEmpty()
                ? "nothing"
                : CanonicalJson.text(effective.documents().getFirst().path("spec"));
        assertEquals(merged.spec().equals("nothing") ? "nothing" : CanonicalJson.text(json(merged.spec())), found);
        assertEquals(
                merged.conflicts().lines().toList(),
                effective.conflicts().stream().map(Conflict::toString).toList());
    }

    @Test
    void makesWholeDocumentsInTheOrderOfKindAndName() {
        var effective = Merge.of(
                List.of(
                        new Layer("a", 1, List.of(document("B/x", "{z: 1, y: [{d: 1, c: 2}]}"), document("C/a", "{}"))),
                        new Layer("b", 1, List.of(document("B/a", "{}"), document("A/z", "{}")))),
                RULES);

        assertEquals("""
                [{"apiVersion":"node.garboard.dev/v1alpha1","kind":"A","metadata":{"name":"z"},"spec":{}}, \
                {"apiVersion":"node.garboard.dev/v1alpha1","kind":"B","metadata":{"name":"a"},"spec":{}}, \
                {"apiVersion":"node.garboard.dev/v1alpha1","kind":"B","metadata":{"name":"x"},"spec":{"y":[{"c":2,"d":1}],"z":1}}, \
                {"apiVersion":"node.garboard.dev/v1alpha1","kind":"C","metadata":{"name":"a"},"spec":{}}]""", effective.documents().toString());
    }

    @Test
    void leavesTheLayersAsTheyWere() {
        var layers = layers("""
                a 1: {servers: ['x'], values: {x: null}}
                b 2: {servers: ['y']}
                """);
        var before = layers.toString();

        var merged = Merge.of(layers, RULES).documents().getFirst();
        ((ObjectNode) merged.path("spec")).withArray("servers").add("z");

        assertEquals(before, layers.toString());
    }

    /** Where fields come from. */
    record Told(String says, String layers, String origins) {

        @Override
        public String toString() {
            return says;
        }
    }

    static final List<Told> told = List.of(
            new Told("each field, what it overrode, and what was taken away", """
                    a 1: {mtu: 1500, values: {'vm.swappiness': '60', x: '1'}, links: [{name: 'eth0', up: true}]}
                    b 2: {mtu: 1500, values: {'vm.swappiness': '10', x: null}}
                    c 2: {values: {'vm.swappiness': '10'}}
                    d 3: {mtu: 9000, empty: {}, list: []}
                    """, """
                    spec.empty: [d] {} over []
                    spec.links[eth0].name: [a] "eth0" over []
                    spec.links[eth0].up: [a] true over []
                    spec.list: [d] [] over []
                    spec.mtu: [d] 9000 over [b says 1500, a says 1500]
                    spec.values.x: [b] removed over [a says "1"]
                    spec.values[vm.swappiness]: [b, c] "10" over [a says "60"]
                    """),
            new Told("a whole that was taken away, of which a stronger layer sets a part", """
                    a 1: {values: {x: '1', y: '1'}}
                    b 2: {values: null}
                    c 3: {values: {x: '3', z: '3'}}
                    """, """
                    spec.values.x: [c] "3" over [b removes it, a says "1"]
                    spec.values.y: [b] removed over [a says "1"]
                    spec.values.z: [c] "3" over []
                    """),
            new Told("a map of which nothing is left", """
                    a 1: {values: {x: '1'}}
                    b 2: {values: {x: null}}
                    c 2: {values: {}}
                    """, """
                    spec.values: [b, c] {} over []
                    spec.values.x: [b] removed over [a says "1"]
                    """),
            new Told("an element that was taken away", """
                    a 1: {links: [{name: 'eth0', up: true}]}
                    b 2: {links: [{name: 'eth0', '$remove': true}]}
                    """, """
                    spec.links: [b] [] over []
                    spec.links[eth0]: [b] removed over [a says {"name":"eth0","up":true}]
                    """),
            new Told("a document that was taken away", """
                    a 1: {mtu: 1}
                    b 2: remove
                    """, "spec: [b] removed over [a says {\"mtu\":1}]\n"),
            new Told("a field in conflict", """
                    a 1: {mtu: 1}
                    b 1: {mtu: 2}
                    """, "spec.mtu: [a] 1 over [b says 2]\n"));

    @ParameterizedTest
    @FieldSource("told")
    void tellsWhereFieldsComeFrom(Told told) {
        var lines = new StringBuilder();
        merge(told.layers()).provenance().of(DOC).forEach((path, origin) -> {
            assertEquals(origin.layers().getFirst(), origin.layer());
            lines.append(path).append(": ").append(origin.layers()).append(' ');
            lines.append(origin.removed() ? "removed" : origin.value()).append(" over ");
            lines.append(origin.overrode()).append('\n');
        });
        assertEquals(told.origins(), lines.toString());
    }

    @Test
    void findsTheOriginOfOneField() {
        var provenance = merge("a 1: {mtu: 1}").provenance();

        assertEquals(new Origin(List.of("a"), json("1"), List.of()), provenance.of(DOC, "spec.mtu"));
        assertNull(provenance.of(DOC, "spec.up"));
        assertNull(provenance.of(new DocumentId("Doc", "other"), "spec.mtu"));
        assertEquals(Set.of(DOC), provenance.origins().keySet());
    }

    @Test
    void writesKeysThatAreNoPlainNamesInBrackets() {
        var origins = merge("a 1: {'0': {'a]b': 1, 'a\\\\b': 1, 'a-b_1': 1, '': 1}}")
                .provenance()
                .of(DOC);

        assertEquals(
                "[spec[0].a-b_1, spec[0][], spec[0][a\\\\b], spec[0][a\\]b]]",
                origins.keySet().toString());
    }

    record Refused(String layer, String message) {}

    static final List<Refused> refused = List.of(
            new Refused(
                    "a 1: {rules: [{name: 'x'}]}",
                    "a: Doc/default: spec.rules: found {\"name\":\"x\"}, expected an object with a text or whole number id"),
            new Refused(
                    "a 1: {rules: ['x']}",
                    "a: Doc/default: spec.rules: found \"x\", expected an object with a text or whole number id"),
            new Refused(
                    "a 1: {rules: [{id: 'x'}, {id: 'x'}]}", "a: Doc/default: spec.rules: two elements are called x"),
            new Refused(
                    "a 1: {links: [{name: 'x'}, {name: 'x'}]}",
                    "a: Doc/default: spec.links: two elements are called x"),
            new Refused(
                    "a 1: {links: [{name: 'x', mtu: 1, '$remove': true}]}",
                    "a: Doc/default: spec.links[x]: found {\"$remove\":true,\"mtu\":1,\"name\":\"x\"}, expected nothing but name beside \"$remove\""),
            new Refused(
                    "a 1: {values: {x: 1, '$remove': true}}",
                    "a: Doc/default: spec.values: found {\"$remove\":true,\"x\":1}, expected nothing beside \"$remove\""),
            new Refused(
                    "a 1: {values: {'$remove': false}}",
                    "a: Doc/default: spec.values: found false, expected true as the value of \"$remove\""),
            new Refused(
                    "a 1: {values: {'$remove': 'true'}}",
                    "a: Doc/default: spec.values: found \"true\", expected true as the value of \"$remove\""),
            new Refused("a 1: {modules: ['x', 'x']}", "a: Doc/default: spec.modules: two elements are called x"),
            new Refused(
                    "a 1: {modules: [true]}",
                    "a: Doc/default: spec.modules: found true, expected a text or whole number"),
            new Refused(
                    "a 1: {modules: [{value: 'x'}]}",
                    "a: Doc/default: spec.modules: found {\"value\":\"x\"}, expected a text or whole number, or \"$remove\": true and the value"),
            new Refused(
                    "a 1: {modules: [{value: 'x', '$remove': true, more: 1}]}",
                    "a: Doc/default: spec.modules: found {\"$remove\":true,\"more\":1,\"value\":\"x\"}, expected a text or whole number, or \"$remove\": true and the value"),
            new Refused(
                    "a 1: {modules: [{'$remove': true}]}",
                    "a: Doc/default: spec.modules: found {\"$remove\":true}, expected a text or whole number, or \"$remove\": true and the value"));

    @ParameterizedTest
    @FieldSource("refused")
    void refusesWhatFitsNoRuleAndNamesItsLayer(Refused refused) {
        var layer = layers(refused.layer()).getFirst();

        assertEquals(
                refused.message(),
                assertThrows(DocumentException.class, () -> Merge.check(layer, RULES))
                        .getMessage());
        assertEquals(
                refused.message(),
                assertThrows(DocumentException.class, () -> Merge.of(List.of(layer), RULES))
                        .getMessage());
    }

    @Test
    void refusesTwoLayersOfOneName() {
        var layers = layers("""
                a 1: {}
                a 2: {}
                """);

        var refusal = assertThrows(IllegalArgumentException.class, () -> Merge.of(layers, RULES));

        assertEquals("two layers are called a", refusal.getMessage());
    }
}
