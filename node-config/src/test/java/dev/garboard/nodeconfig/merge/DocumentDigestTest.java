package dev.garboard.nodeconfig.merge;

import static dev.garboard.nodeconfig.merge.Declared.document;
import static dev.garboard.nodeconfig.merge.Declared.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;

class DocumentDigestTest {

    /** All by {@code printf '%s' … | sha256sum}. */
    @Test
    void isTheSha256OfTheDocumentsInOneForm() {
        assertEquals("4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945", DocumentDigest.of(List.of()));
        assertEquals(
                "91ac7d6747d36f62e804e69da1eee03f4aa578c80119fde436b0cd6f82aa5c97",
                DocumentDigest.of(List.of(document("B/x", "{b: 1, a: 'ä'}"), document("A/x", "{}"))));
        assertEquals(
                "5ed0a68c80e56b66f3a129d2abfdc9338c5e7b87815d9a7309fc2b24736d20e4",
                DocumentDigest.of(document("A/x", "{}")));
    }

    @Test
    void isTheSameWhateverTheOrderOfKeysAndDocuments() {
        var digest = DocumentDigest.of(List.of(document("B/x", "{b: {d: 1, c: 2}, a: 1}"), document("A/x", "{}")));

        assertEquals(
                digest, DocumentDigest.of(List.of(document("A/x", "{}"), document("B/x", "{a: 1, b: {c: 2, d: 1}}"))));
        assertNotEquals(
                digest, DocumentDigest.of(List.of(document("A/x", "{}"), document("B/x", "{a: 1, b: {c: 2, d: 2}}"))));
    }

    /** A few characters of JSON name a number of two thousand million digits, or more than a double holds. */
    @Test
    void noNumberBecomesALongText() {
        var nodes = JsonNodeFactory.instance;

        assertEquals("1E+2000000000", CanonicalJson.text(nodes.numberNode(new BigDecimal("1e2000000000"))));
        assertEquals("-1.2E-2000000000", CanonicalJson.text(nodes.numberNode(new BigDecimal("-1.20e-2000000000"))));
        assertEquals("0", CanonicalJson.text(nodes.numberNode(new BigDecimal("0e2000000000"))));
        assertEquals("1" + "0".repeat(308), CanonicalJson.text(json("1e308")));
        assertEquals("Infinity", CanonicalJson.text(json("1e999")));
    }

    /** By RFC 8785 section 3.2, but for the number beyond 2^53. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{b: [], a: {}, B: null} | {\"B\":null,\"a\":{},\"b\":[]}",
                "[1, 'x', true, false, null, [2]] | [1,\"x\",true,false,null,[2]]",
                "'\\u20ac$\\u000f\\u001f\\nA\\'B\\\"\\\\\\/' | \"€$\\u000f\\u001f\\nA'B\\\"\\\\/\"",
                "'\\b\\f\\r\\t\\u007f' | \"\\b\\f\\r\\t\u007f\"",
                "[0.0, -0.0, 1.50, 1e3, 9007199254740993] | [0,0,1.5,1000,9007199254740993]"
            })
    void writesJsonInOneForm(String json, String text) {
        assertEquals(text, CanonicalJson.text(json(json)));
    }
}
