package dev.garboard.operatorapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class KubernetesProtobufTest {

    /** SelfSubjectAccessReview: metadata, spec with verb list, group g.dev, resource machines, and an empty status; 150 bytes of name. */
    private static byte[] review() {
        var name = "6e".repeat(150);
        var attributes = "1204" + hex("list") + "1a05" + hex("g.dev") + "2a08" + hex("machines") + "3a9601" + name;
        var spec = field(1, attributes);
        var body = field(1, "") + field(2, spec) + field(3, "0800");
        return HexFormat.of().parseHex("6b387300" + field(1, "0a027631") + field(2, body) + "1a00");
    }

    @Test
    void readsWhatIsAsked() {
        var asked = KubernetesProtobuf.accessSpec(review()).path("resourceAttributes");

        assertEquals("list", asked.path("verb").asString());
        assertEquals("g.dev", asked.path("group").asString());
        assertEquals("machines", asked.path("resource").asString());
        assertEquals("n".repeat(150), asked.path("name").asString());
        assertEquals(4, asked.size());
    }

    @Test
    void anotherOrShortenedBodyIsRefused() {
        var whole = review();

        assertThrows(RefusedException.class, () -> KubernetesProtobuf.accessSpec(new byte[] {'{', '}', 0, 0, 0}));
        assertThrows(RefusedException.class, () -> KubernetesProtobuf.accessSpec(new byte[0]));
        for (int length = 12; length < whole.length - 2; length++) {
            var shortened = Arrays.copyOf(whole, length);
            assertThrows(RefusedException.class, () -> KubernetesProtobuf.accessSpec(shortened), "length " + length);
        }
        // A length of 2^64 - 1.
        var endless = HexFormat.of().parseHex("6b38730012ffffffffffffffffff01");
        assertThrows(RefusedException.class, () -> KubernetesProtobuf.accessSpec(endless));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String field(int number, String content) {
        int length = content.length() / 2;
        var size = length < 128 ? "%02x".formatted(length) : "%02x%02x".formatted((length & 0x7f) | 0x80, length >> 7);
        return "%02x".formatted((number << 3) | 2) + size + content;
    }
}
