package dev.garboard.httpboot;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What the boot server asks before it answers a machine. Called on an event loop: it answers at once or later, but does not block. */
public interface BootSource {

    /** What the machine of this session is to do. */
    CompletionStage<ScriptAnswer> script(SessionId session, InetSocketAddress client);

    /** Where a file is, if this session may have it. */
    CompletionStage<FileAnswer> file(FileRequest request);

    /**
     * A file that was asked for.
     *
     * @param session the session in the URL; null for a loader that is fetched without one
     * @param name    clean: relative, forward slashes, no {@code ..}
     */
    record FileRequest(@Nullable SessionId session, String name, InetSocketAddress client) {}
}
