package dev.garboard.nodeconfig.merge;

import static dev.garboard.nodeconfig.merge.Declared.document;
import static dev.garboard.nodeconfig.merge.Declared.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.garboard.nodeconfig.DocumentException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.node.ObjectNode;

class LayerTest {

    record Refused(String document, String message) {}

    static final List<Refused> refused = List.of(
            new Refused("{}", "L: kind: found nothing, expected a text"),
            new Refused("{kind: ''}", "L: kind: found \"\", expected a text"),
            new Refused("{kind: 'A', metadata: {name: 1}}", "L: metadata.name: found 1, expected a text"),
            new Refused(
                    "{kind: 'A', metadata: {name: 'n'}, spec: {}}",
                    "L: A/n: apiVersion: found nothing, expected node.garboard.dev/v1alpha1"),
            new Refused(
                    "{apiVersion: 'v2', kind: 'A', metadata: {name: 'n'}, spec: {}}",
                    "L: A/n: apiVersion: found \"v2\", expected node.garboard.dev/v1alpha1"),
            new Refused(
                    "{apiVersion: 'node.garboard.dev/v1alpha1', kind: 'A', metadata: {name: 'n', labels: {}}, spec: {}}",
                    "L: A/n: metadata: found {\"name\":\"n\",\"labels\":{}}, expected name and nothing else"),
            new Refused(
                    "{apiVersion: 'node.garboard.dev/v1alpha1', kind: 'A', metadata: {name: 'n'}, spec: {}, status: {}}",
                    "L: A/n: status: found an unknown field, expected apiVersion, kind, metadata, spec"),
            new Refused(
                    "{apiVersion: 'node.garboard.dev/v1alpha1', kind: 'A', metadata: {name: 'n'}}",
                    "L: A/n: spec: found nothing, expected an object; \"$remove\": true instead of it takes the document away"),
            new Refused(
                    "{apiVersion: 'node.garboard.dev/v1alpha1', kind: 'A', metadata: {name: 'n'}, spec: null}",
                    "L: A/n: spec: found null, expected an object; \"$remove\": true instead of it takes the document away"),
            new Refused(
                    "{apiVersion: 'node.garboard.dev/v1alpha1', kind: 'A', metadata: {name: 'n'}, $remove: false}",
                    "L: A/n: $remove: found false, expected true, and no spec beside it"),
            new Refused(
                    "{apiVersion: 'node.garboard.dev/v1alpha1', kind: 'A', metadata: {name: 'n'}, $remove: true, spec: {}}",
                    "L: A/n: $remove: found true, expected true, and no spec beside it"));

    @ParameterizedTest
    @FieldSource("refused")
    void refusesWhatIsNoDocument(Refused refused) {
        var documents = List.of((ObjectNode) json(refused.document()));

        var refusal = assertThrows(DocumentException.class, () -> new Layer("L", 1, documents));

        assertEquals(refused.message(), refusal.getMessage());
    }

    @Test
    void refusesADocumentThatIsThereTwice() {
        var documents = List.of(document("A/n", "{}"), document("A/m", "{}"), document("A/n", "remove"));

        var refusal = assertThrows(DocumentException.class, () -> new Layer("L", 1, documents));

        assertEquals("L: A/n is there twice", refusal.getMessage());
    }
}
