package dev.garboard.dhcp;

import java.net.Inet4Address;

/** One classless static route, RFC 3442; a router of 0.0.0.0 means the destination is on the link. */
public record Route(Inet4Address destination, int prefixLength, Inet4Address router) {

    public Route {
        if ((Ipv4.bits(destination) & ~Ipv4.maskBits(prefixLength)) != 0) {
            throw new IllegalArgumentException(
                    "route to " + destination.getHostAddress() + "/" + prefixLength + " has bits beyond its prefix");
        }
    }
}
