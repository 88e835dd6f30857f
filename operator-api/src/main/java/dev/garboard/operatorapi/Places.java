package dev.garboard.operatorapi;

import dev.garboard.operatorapi.OperatorApiConfig.Shares;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Places that all callers share, of which one caller takes a part at most. */
final class Places {

    private final String what;
    private final String key;
    private final Shares shares;
    private final Map<String, Integer> callers = new HashMap<>();
    private int taken;

    /**
     * @param what is counted, for people
     * @param key of the configuration that bounds it; the one for a single caller is the same with {@code -per-caller}
     */
    Places(String what, String key, Shares shares) {
        this.what = what;
        this.key = key;
        this.shares = shares;
    }

    /**
     * Takes a place.
     *
     * @throws RefusedException with status 429 when there is none
     */
    synchronized Place take(String caller) {
        int mine = callers.getOrDefault(caller, 0);
        if (mine >= shares.perCaller()) {
            throw new RefusedException(Refusal.tooMany(caller + " has " + mine + " " + what + " open already (" + key
                    + "-per-caller); try again in a second"));
        }
        if (taken >= shares.all()) {
            throw new RefusedException(Refusal.tooMany(
                    "there are " + taken + " " + what + " already (" + key + "); try again in a second"));
        }
        callers.put(caller, mine + 1);
        taken++;
        return new Place(this, caller);
    }

    synchronized int taken() {
        return taken;
    }

    private synchronized void giveBack(String caller) {
        taken--;
        callers.computeIfPresent(caller, (_, mine) -> mine == 1 ? null : mine - 1);
    }

    /** One of them, given back once. */
    static final class Place {

        private final Places places;
        private final String caller;
        private final AtomicBoolean held = new AtomicBoolean(true);

        private Place(Places places, String caller) {
            this.places = places;
            this.caller = caller;
        }

        void release() {
            if (held.compareAndSet(true, false)) {
                places.giveBack(caller);
            }
        }
    }
}
