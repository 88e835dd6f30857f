package dev.garboard.inventory;

import java.util.HashMap;
import java.util.Map;

/** The rules of a subnet: its pool and reservations lie inside it and do not collide. */
final class SubnetChecks {

    /** Below this, clients spend their time renewing. */
    private static final long MIN_LEASE_SECONDS = 60;

    /** A network of 31 or 32 bits has no address beside those of its ends. */
    private static final int MAX_PREFIX = 30;
    /** As many as the DHCP server takes: what is stored is what can be served. */
    private static final long MAX_RANGE = 65_536;

    private SubnetChecks() {}

    static void check(SubnetSpec spec, Findings findings) {
        findings.addresses("spec.routers", spec.routers());
        findings.addresses("spec.dnsServers", spec.dnsServers());
        findings.addresses("spec.timeServers", spec.timeServers());
        if (spec.domain() != null) {
            findings.name("spec.domain", spec.domain());
        }
        checkLease("spec.leaseSeconds", spec.leaseSeconds(), findings);
        checkLease("spec.bootLeaseSeconds", spec.bootLeaseSeconds(), findings);

        var block = Ipv4Block.parse(spec.cidr());
        findings.expect(
                block.isPresent() && block.get().prefix() >= 8 && block.get().prefix() <= MAX_PREFIX,
                "spec.cidr",
                spec.cidr(),
                "a network of 8 to 30 bits such as 192.168.77.0/24, with no bits set after the prefix");
        if (block.isPresent() && block.get().prefix() <= MAX_PREFIX) {
            checkRange(spec, block.get(), findings);
            checkReservations(spec, block.get(), findings);
        }
    }

    private static void checkLease(String path, long seconds, Findings findings) {
        findings.expect(
                seconds >= MIN_LEASE_SECONDS && seconds <= Integer.MAX_VALUE,
                path,
                seconds,
                "between " + MIN_LEASE_SECONDS + " and " + Integer.MAX_VALUE + " seconds");
    }

    private static void checkRange(SubnetSpec spec, Ipv4Block block, Findings findings) {
        var start = host("spec.rangeStart", spec.rangeStart(), block, findings);
        var end = host("spec.rangeEnd", spec.rangeEnd(), block, findings);
        if (start && end) {
            findings.expect(
                    number(spec.rangeStart()) <= number(spec.rangeEnd()),
                    "spec.rangeEnd",
                    spec.rangeEnd(),
                    "an address not below spec.rangeStart, " + spec.rangeStart());
            findings.expect(
                    number(spec.rangeEnd()) - number(spec.rangeStart()) < MAX_RANGE,
                    "spec.rangeEnd",
                    spec.rangeEnd(),
                    "a range of at most " + MAX_RANGE + " addresses from spec.rangeStart, " + spec.rangeStart()
                            + "; the DHCP server keeps each in memory");
        }
        for (int i = 0; i < spec.routers().size(); i++) {
            if (Ipv4.number(spec.routers().get(i)).isPresent()) {
                host("spec.routers[" + i + "]", spec.routers().get(i), block, findings);
            }
        }
    }

    private static void checkReservations(SubnetSpec spec, Ipv4Block block, Findings findings) {
        Map<String, String> holders = new HashMap<>();
        spec.reservations().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(reservation -> {
                    var path = "spec.reservations[" + reservation.getKey() + "]";
                    findings.mac("spec.reservations", reservation.getKey());
                    if (host(path, reservation.getValue(), block, findings)) {
                        var other = holders.putIfAbsent(reservation.getValue(), reservation.getKey());
                        findings.expect(
                                other == null,
                                path,
                                reservation.getValue(),
                                "an address that is not reserved for " + other);
                    }
                });
    }

    /** One card has one reserved address, and an address one card, in all subnets together. */
    static void checkApart(SubnetSpec spec, String otherName, SubnetSpec other, Findings findings) {
        var holders = new HashMap<String, String>();
        other.reservations().forEach((mac, address) -> holders.put(address, mac));
        spec.reservations().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(reservation -> {
                    var mac = reservation.getKey();
                    var address = reservation.getValue();
                    var path = "spec.reservations[" + mac + "]";
                    var there = other.reservations().get(mac);
                    findings.expect(
                            there == null,
                            path,
                            address,
                            "a MAC address without a reservation elsewhere; in Subnet " + otherName + " it has " + there
                                    + ": remove one of them");
                    var holder = holders.get(address);
                    findings.expect(
                            holder == null || holder.equals(mac),
                            path,
                            address,
                            "an address that Subnet " + otherName + " does not reserve for " + holder);
                });
    }

    private static boolean host(String path, String address, Ipv4Block block, Findings findings) {
        if (!findings.address(path, address)) {
            return false;
        }
        var inside = block.isHost(number(address));
        findings.expect(inside, path, address, "a host address in " + block);
        return inside;
    }

    private static long number(String address) {
        return Ipv4.number(address).orElseThrow();
    }
}
