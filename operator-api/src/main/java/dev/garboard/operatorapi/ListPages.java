package dev.garboard.operatorapi;

import dev.garboard.inventory.Kind;
import dev.garboard.inventory.Resource;
import dev.garboard.inventory.ResourceStore.Listing;
import dev.garboard.operatorapi.Rendering.Page;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lists, in pages where a limit is given. A later page is read from the present, not from the time of the first one, but carries the
 * first one's resource version: a watch from it repeats every change since, so nothing is lost.
 */
final class ListPages {

    private ListPages() {}

    static ApiAnswer answer(
            ApiCall call, Listing<? extends Record, ? extends Record> listing, Kind<?, ?> kind, Instant now) {
        var rendering = Rendering.of(call);
        var selector = Selectors.of(call);
        long limit = call.number("limit", 0);
        ListOptions.check(call);
        ListOptions.checkRevision(call, listing.revision());
        var start = start(call.parameter("continue"));
        var matching = new ArrayList<Resource<?, ?>>();
        for (var item : listing.items()) {
            if (selector.test(item) && (start == null || item.name().compareTo(start.after()) > 0)) {
                matching.add(item);
            }
        }
        long revision = start == null ? listing.revision() : start.revision();
        if (limit == 0 || matching.size() <= limit) {
            return ApiAnswer.json(200, rendering.list(kind, matching, revision, null, now));
        }
        List<Resource<?, ?>> page = matching.subList(0, (int) limit);
        var next = new Page(token(revision, page.getLast().name()), matching.size() - page.size());
        return ApiAnswer.json(200, rendering.list(kind, page, revision, next, now));
    }

    private record Start(long revision, String after) {}

    private static String token(long revision, String last) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((revision + "/" + last).getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Start start(@Nullable String token) {
        if (token == null || token.isEmpty()) {
            return null;
        }
        try {
            var text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            int slash = text.indexOf('/');
            if (slash > 0) {
                return new Start(Long.parseLong(text.substring(0, slash)), text.substring(slash + 1));
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw new RefusedException(Refusal.badRequest(
                "the parameter continue is \"" + token + "\", which this server did not give; list again"));
    }
}
