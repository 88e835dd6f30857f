package dev.garboard.tftp;

import java.util.concurrent.CompletionStage;

/** What this server may hand out. Called on an event loop: it answers at once or later, but does not block. */
@FunctionalInterface
public interface TftpFiles {

    /** Looks a file up. The name in the request is clean: relative, forward slashes, no {@code ..}. */
    CompletionStage<Lookup> open(TftpRequest request);

    /** What became of a look-up. */
    sealed interface Lookup {

        /** The file; the transfer closes the content. */
        record Found(TftpContent content) implements Lookup {}

        /** There is no such file (TFTP error 1). The reason reaches the client's screen. */
        record NotFound(String reason) implements Lookup {}

        /** There is one, but not for this client (TFTP error 2). The reason reaches the client's screen. */
        record Refused(String reason) implements Lookup {}
    }
}
