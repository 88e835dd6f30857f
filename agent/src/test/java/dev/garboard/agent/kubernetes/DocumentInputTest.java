package dev.garboard.agent.kubernetes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.nodeconfig.DocumentException;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.StateDisk;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DocumentInputTest {

    private static final byte[] CONTENT = Documents.render(new StateDisk("S5GX501"));
    private static final byte[] KEY = "a key".getBytes(StandardCharsets.UTF_8);

    private final DocumentInput input = input(CONTENT);

    @Test
    void tellsNameRevisionAndContentAndReadsIt() {
        assertEquals("default", input.name());
        assertEquals(7, input.revision());
        assertArrayEquals(CONTENT, input.content());
        assertEquals(new StateDisk("S5GX501"), input.as(StateDisk.class));
    }

    @Test
    void aMalformedDocumentIsRefusedByItsName() {
        var refusal = assertThrows(
                DocumentException.class,
                () -> input("{".getBytes(StandardCharsets.UTF_8)).as(StateDisk.class));

        assertEquals(
                "StateDisk/default", String.valueOf(refusal.getMessage()).substring(0, "StateDisk/default".length()));
    }

    @Test
    void remembersEverySecretThatItWasAskedForAlsoOneThatIsNotThere() {
        assertArrayEquals(KEY, input.secret("key"));
        assertEquals(Optional.empty(), input.findSecret("other"));

        assertEquals(Map.of("key", SecretPrint.of(KEY), "other", SecretPrint.of(null)), input.used());
    }

    @Test
    void saysWhichDocumentNeedsASecretThatTheServerDidNotSend() {
        var refusal = assertThrows(IllegalArgumentException.class, () -> input.secret("other"));

        assertEquals(
                "StateDisk/default needs the secret \"other\", which the server did not send", refusal.getMessage());
    }

    private static DocumentInput input(byte[] content) {
        var document = Document.newBuilder()
                .setKind(StateDisk.KIND)
                .setName("default")
                .setRevision(7)
                .setContent(ByteString.copyFrom(content))
                .build();
        return new DocumentInput(document, name -> name.equals("key") ? KEY : null);
    }
}
