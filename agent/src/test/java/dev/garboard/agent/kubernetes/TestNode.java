package dev.garboard.agent.kubernetes;

import com.google.protobuf.ByteString;
import dev.garboard.agentapi.v1.ServerMessage.Document;
import dev.garboard.nodeconfig.Documents;
import dev.garboard.nodeconfig.NodeDocument;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What appliers are given, made for tests. */
public final class TestNode {

    private TestNode() {}

    /** A shelf with that bundle on it. */
    public static BundleShelf shelf(MountedBundle bundle) {
        var shelf = new BundleShelf();
        shelf.use(bundle);
        return shelf;
    }

    /** One pass over everything that is wanted. */
    public static void converge(DocumentEngine engine) throws InterruptedException {
        engine.convergeOnce();
    }

    /** A document as the server would send it. */
    public static DocumentInput input(NodeDocument document, long revision, Map<String, String> secrets) {
        var message = Document.newBuilder()
                .setKind(document.kind())
                .setName(document.name())
                .setRevision(revision)
                .setContent(ByteString.copyFrom(Documents.render(document)))
                .build();
        return new DocumentInput(message, name -> {
            var secret = secrets.get(name);
            return secret == null ? null : secret.getBytes(StandardCharsets.US_ASCII);
        });
    }
}
