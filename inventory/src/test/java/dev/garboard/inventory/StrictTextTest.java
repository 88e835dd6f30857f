package dev.garboard.inventory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictTextTest {

    @Test
    void anAliasMeansWhatItsAnchorHolds() {
        assertEquals(StrictText.json("""
            {"metadata": {"name": "node-a7"}, "spec": {"hostname": "node-a7"},
             "a": {"x": [1, "2"]}, "b": {"x": [1, "2"]}, "c": [[1, "2"], [1, "2"]]}\
            """), StrictText.yaml("""
                             metadata:
                               name: &n node-a7
                             spec:
                               hostname: *n
                             a: &a {x: &x [1, "2"]}
                             b: *a
                             c: [*x, *x]
                             """));
    }

    @Test
    void theCopyOfAnAliasIsItsOwn() {
        var tree = StrictText.yaml("a: &a {x: 1}\nb: *a\n");

        ((tools.jackson.databind.node.ObjectNode) tree.get("a")).put("x", 2);

        assertEquals(1, tree.at("/b/x").intValue());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        a: 1\\nb: 2\\na: 3             | line 3, column 1: the key a is given twice, first in line 1, column 1; expected it once
        {a: 1, "a": 2}                 | line 1, column 8: the key a is given twice, first in line 1, column 2; expected it once
        a: {x: {y: 1, y: 1}}           | line 1, column 15: the key y is given twice, first in line 1, column 9; expected it once
        - &k a\\n- {*k : 1, a: 2}      | line 2, column 12: the key a is given twice, first in line 2, column 4; expected it once
        a: *nothing                    | line 1, column 4: the alias *nothing names nothing that has ended before it
        a: &a [*a]                     | line 1, column 8: the alias *a names nothing that has ended before it
        a: 1\\n---\\nb: 2              | line 2, column 1: a second document begins; expected one
        1: a                           | line 1, column 1: the key is 1; expected text, which quotation marks make of it
        true: a                        | line 1, column 1: the key is true; expected text, which quotation marks make of it
        ? [a]\\n: b                    | line 1, column 3: a key is a list or a mapping; expected text
        a: {<<: {b: 1}}                | line 1, column 5: merge keys (<<) are not read here; write out what is merged
        a: !!binary aGk=               | line 1, column 4: the tag tag:yaml.org,2002:binary is not read here; only !!str is
        a: !java/lang.Object {}        | line 1, column 4: the tag !java/lang.Object is not read here; only !!str is
        """)
    void whatCouldBeReadInTwoWaysIsRefusedWithItsPlace(String yaml, String message) {
        var refused = assertThrows(MalformedTextException.class, () -> StrictText.yaml(yaml.replace("\\n", "\n")));

        assertEquals(message, refused.getMessage());
    }

    @Test
    void aTabIsNoIndentation() {
        var refused = assertThrows(MalformedTextException.class, () -> StrictText.yaml("a:\n\tb: 1\n"));

        assertTrue(String.valueOf(refused.getMessage()).startsWith("line 2, column 1: found character '\\t(TAB)'"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        12                | 12
        -7                | -7
        2147483648        | 2147483648
        1e3               | 1000.0
        0.5               | 0.5
        true              | true
        FALSE             | false
        ~                 | null
        NULL              | null
        no                | "no"
        on                | "on"
        Yes               | "Yes"
        12:30             | "12:30"
        52:54:00:12:34:56 | "52:54:00:12:34:56"
        10.0.0.1          | "10.0.0.1"
        2026-12-01        | "2026-12-01"
        !!str 12          | "12"
        "0777"            | "0777"
        """)
    void aPlainScalarHasOneMeaning(String yaml, String json) {
        assertEquals(json, StrictText.yaml("a: " + yaml).get("a").toString());
    }

    @ParameterizedTest
    @CsvSource({"0777", "0o17", "0x10", "0b1", "1_000", "+1", "1.", ".5", ".inf", "-.INF", ".nan", "007"})
    void whatTheVersionsOfYamlReadDifferentlyIsRefused(String number) {
        var refused = assertThrows(MalformedTextException.class, () -> StrictText.yaml("a: " + number));

        assertEquals(
                "line 1, column 4: " + number
                        + " is read as different values by YAML 1.1 and 1.2; write a decimal number,"
                        + " or put quotation marks around a text",
                refused.getMessage());
    }

    @Test
    void aliasesCannotGrowWithoutBound() {
        var laughs = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i < 12; i++) {
            laughs.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(7) + "*a" + (i - 1)));
        }
        var longText = "a: &a \"" + "x".repeat(100_000) + "\"\nb: [" + "*a, ".repeat(100) + "*a]\n";

        for (var text : new String[] {laughs.toString(), longText}) {
            var refused = assertThrows(MalformedTextException.class, () -> StrictText.yaml(text));

            assertTrue(String.valueOf(refused.getMessage()).contains("the document is too large"), refused.toString());
        }
    }

    @Test
    void deepNestingIsRefusedInBothLanguages() {
        var yaml = assertThrows(MalformedTextException.class, () -> StrictText.yaml("[".repeat(100_000)));
        var json = assertThrows(MalformedTextException.class, () -> StrictText.json("[".repeat(100_000)));

        assertEquals("line 1, column 66: nested more than 64 deep", yaml.getMessage());
        assertTrue(String.valueOf(json.getMessage()).contains("nesting depth (501)"), json.toString());
    }

    @Test
    void aKeyGivenTwiceInJsonIsRefusedWithItsPlace() {
        var refused = assertThrows(MalformedTextException.class, () -> StrictText.json("{\"a\": 1,\n \"a\": 2}"));

        assertTrue(
                String.valueOf(refused.getMessage())
                        .matches("line 2, column [0-9]+: Duplicate Object property \"a\".*"),
                refused.toString());
    }

    @Test
    void anEmptyTextIsNoDocument() {
        assertTrue(StrictText.yaml("# nothing\n").isMissingNode());
        assertTrue(StrictText.json("").isMissingNode());
    }

    @Test
    void whateverIsReadIsATreeOrRefused() {
        var random = new SplittableRandom(20261201);
        var alphabet = "ab&*{}[]:,-?!|>'\"#%@` \n\t01.~<\u00e9\ud83d";
        for (int run = 0; run < 20_000; run++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(24); i > 0; i--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                var _ = StrictText.yaml(text.toString()).toString();
            } catch (MalformedTextException refused) {
                assertTrue(String.valueOf(refused.getMessage()).length() > 5);
            }
        }
    }
}
