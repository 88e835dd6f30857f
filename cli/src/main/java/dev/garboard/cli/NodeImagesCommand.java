package dev.garboard.cli;

import dev.garboard.agentapi.NodeClient;
import dev.garboard.agentapi.v1.ImagesRequest;
import dev.garboard.agentapi.v1.NodeImage;
import io.grpc.StatusException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/** The container images of a node. */
@Command(name = "images", description = "List the container images in the node's store.")
final class NodeImagesCommand extends NodeCall {

    private static final int PATIENCE_SECONDS = 30;

    @Override
    void ask(NodeClient client) throws StatusException {
        show(
                client.containers()
                        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .images(ImagesRequest.getDefaultInstance()),
                answer -> TextTable.print(
                        out(),
                        List.of("Image", "Size", "Pinned", "ID"),
                        answer.getImagesList().stream()
                                .map(image -> List.of(
                                        name(image),
                                        Quantity.memory(image.getSizeBytes()),
                                        image.getPinned() ? "yes" : "no",
                                        image.getId()))
                                .toList()));
    }

    private static String name(NodeImage image) {
        var names = image.getNamesCount() > 0 ? image.getNamesList() : image.getDigestsList();
        return names.isEmpty() ? "-" : String.join(", ", names);
    }
}
