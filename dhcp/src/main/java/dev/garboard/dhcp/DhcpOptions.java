package dev.garboard.dhcp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The options of one message in their order; every code occurs at most once, because RFC 3396 joins the parts. */
public record DhcpOptions(List<DhcpOption> list) {

    public static final DhcpOptions NONE = new DhcpOptions(List.of());

    public DhcpOptions {
        list = List.copyOf(list);
        var codes = new HashSet<Integer>();
        for (var option : list) {
            if (!codes.add(option.code())) {
                throw new IllegalArgumentException("option " + option.code() + " is there twice");
            }
        }
    }

    public static DhcpOptions of(DhcpOption... options) {
        return new DhcpOptions(List.of(options));
    }

    public <T extends DhcpOption> Optional<T> find(Class<T> type) {
        return list.stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    public boolean has(Class<? extends DhcpOption> type) {
        return list.stream().anyMatch(type::isInstance);
    }

    /** The options whose value could not be read, to be counted and logged. */
    public Stream<DhcpOption.Undecodable> undecodable() {
        return list.stream().filter(DhcpOption.Undecodable.class::isInstance).map(DhcpOption.Undecodable.class::cast);
    }

    /** These and one more at the end; one of the same code gives way. */
    public DhcpOptions with(DhcpOption option) {
        var changed = new ArrayList<>(without(o -> o.code() == option.code()).list);
        changed.add(option);
        return new DhcpOptions(changed);
    }

    public DhcpOptions without(Predicate<DhcpOption> unwanted) {
        return new DhcpOptions(
                list.stream().filter(option -> !unwanted.test(option)).toList());
    }
}
