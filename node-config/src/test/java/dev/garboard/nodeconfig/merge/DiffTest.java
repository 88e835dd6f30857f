package dev.garboard.nodeconfig.merge;

import static dev.garboard.nodeconfig.merge.Declared.RULES;
import static dev.garboard.nodeconfig.merge.Declared.document;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class DiffTest {

    record Case(String says, String former, String now, String fields) {

        @Override
        public String toString() {
            return says;
        }
    }

    static final List<Case> cases = List.of(
            new Case("nothing", "{a: 1, b: {}, c: [], d: [{name: 'x'}]}", "{d: [{name: 'x'}], c: [], b: {}, a: 1}", ""),
            new Case("a number however written", "{a: 1}", "{a: 1.0}", ""),
            new Case("a value", "{a: 1, b: 2}", "{a: 1, b: 3}", "spec.b: 2 -> 3"),
            new Case("a new value", "{}", "{a: 1}", "spec.a: + 1"),
            new Case("a value that is gone", "{a: 1}", "{}", "spec.a: - 1"),
            new Case("a list as a whole", "{a: ['x']}", "{a: ['x', 'y']}", "spec.a: [\"x\"] -> [\"x\",\"y\"]"),
            new Case("a list that is emptied", "{a: ['x']}", "{a: []}", "spec.a: [\"x\"] -> []"),
            new Case("keys of maps", "{a: {x: 1, 'y.z': 2}}", "{a: {x: 2, w: 3}}", """
                    spec.a.w: + 3
                    spec.a.x: 1 -> 2
                    spec.a[y.z]: - 2
                    """),
            new Case(
                    "elements by name",
                    "{a: [{name: 'x', p: 1}, {name: 'y', p: 1}]}",
                    "{a: [{name: 'y', p: 2}, {name: 'z'}]}",
                    """
                    spec.a[x].name: - "x"
                    spec.a[x].p: - 1
                    spec.a[y].p: 1 -> 2
                    spec.a[z].name: + "z"
                    """),
            new Case(
                    "elements by a rule",
                    "{rules: [{id: 1, ports: [1, 2]}], steps: [{name: 'x'}]}",
                    "{rules: [{id: 1, ports: [2, 3]}], steps: [{name: 'y'}]}",
                    """
                    spec.rules[1].ports[1]: - 1
                    spec.rules[1].ports[3]: + 3
                    spec.steps: [{"name":"x"}] -> [{"name":"y"}]
                    """),
            new Case("the first and the last element", "{a: [], b: [{name: 'x'}]}", "{a: [{name: 'x'}], b: []}", """
                    spec.a[x].name: + "x"
                    spec.b[x].name: - "x"
                    """),
            new Case("the first and the last key", "{a: {}, b: {x: 1}}", "{a: {x: 1}, b: {}}", """
                    spec.a.x: + 1
                    spec.b.x: - 1
                    """),
            new Case("an empty map or list", "{a: {}, c: []}", "{b: {}, d: []}", """
                    spec.a: - {}
                    spec.b: + {}
                    spec.c: - []
                    spec.d: + []
                    """),
            new Case(
                    "an object that becomes something else",
                    "{a: {x: 1}, b: [], c: {y: 1}}",
                    "{a: 1, b: {x: 1}, c: [{name: 'y'}]}",
                    """
                    spec.a: {"x":1} -> 1
                    spec.b: [] -> {"x":1}
                    spec.c: {"y":1} -> [{"name":"y"}]
                    """),
            new Case("an empty list that becomes an empty map", "{a: []}", "{a: {}}", "spec.a: [] -> {}"));

    @ParameterizedTest
    @FieldSource("cases")
    void tells(Case differing) {
        var diff = Diff.between(
                List.of(document("Doc/default", differing.former())),
                List.of(document("Doc/default", differing.now())),
                RULES);

        assertEquals(
                differing.fields().lines().toList(),
                diff.documents().stream()
                        .flatMap(document -> document.fields().stream())
                        .map(FieldChange::toString)
                        .toList());
        assertEquals(differing.fields().isEmpty(), diff.isEmpty());
    }

    @Test
    void tellsOfDocumentsThatAreNewOrGone() {
        var former = List.of(document("Doc/b", "{a: 1}"), document("Doc/same", "{}"), document("Doc/empty", "{}"));
        var now = List.of(document("Doc/same", "{}"), document("Doc/a", "{a: [{name: 'x'}]}"));

        var diff = Diff.between(former, now, RULES);

        assertEquals(
                """
                [Doc/a ADDED [spec.a[x].name: + "x"], Doc/b REMOVED [spec.a: - 1], Doc/empty REMOVED [spec: - {}]]""",
                diff.documents().stream()
                        .map(change -> change.document() + " " + change.kind() + " " + change.fields())
                        .toList()
                        .toString());
        assertTrue(Diff.between(former, former, RULES).isEmpty());
    }

    @Test
    void refusesADocumentThatIsThereTwice() {
        var twice = List.of(document("Doc/a", "{}"), document("Doc/a", "{}"));

        assertThrows(IllegalArgumentException.class, () -> Diff.between(twice, List.of(), RULES));
    }
}
