package dev.garboard.agent.supervision;

import dev.garboard.agent.logging.LogRings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** All services of the node, in the order in which they were added. */
public final class ServiceTable {

    private final List<Service> services = new CopyOnWriteArrayList<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Adds a service; its log is the ring of the same name. */
    public Service add(String name, String description) {
        if (find(name).isPresent()) {
            throw new IllegalArgumentException("there is a service " + name + " already");
        }
        var service = new Service(name, description, LogRings.ring(name), this::changed);
        services.add(service);
        return service;
    }

    /** Takes a service out: the node is not to have it any more. Its log stays readable. */
    public void remove(Service service) {
        if (services.remove(service)) {
            changed();
        }
    }

    /** All services. */
    public List<Service> all() {
        return List.copyOf(services);
    }

    /** The service of that name. */
    public Optional<Service> find(String name) {
        return services.stream().filter(s -> s.name().equals(name)).findFirst();
    }

    /** Called after every change of any service, on the thread that made it; must be quick. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }
}
