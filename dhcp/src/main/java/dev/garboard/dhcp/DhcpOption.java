package dev.garboard.dhcp;

import java.net.Inet4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One DHCPv4 option, decoded. An option this server does not interpret stays {@link Unknown}, and one whose value does not
 * have the form of its code {@link Undecodable}: firmware is allowed its mistakes, so they never cost it the answer.
 * Option 52 is not here: overloading is the codec's own affair.
 */
public sealed interface DhcpOption {

    int code();

    /** Option 1, RFC 2132 section 3.3. */
    record SubnetMask(Inet4Address mask) implements DhcpOption {

        static final int CODE = 1;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 3, RFC 2132 section 3.5: in order of preference. */
    record Routers(List<Inet4Address> addresses) implements DhcpOption {

        static final int CODE = 3;

        public Routers {
            addresses = List.copyOf(addresses);
            requireLength(CODE, addresses.size());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 6, RFC 2132 section 3.8. */
    record DnsServers(List<Inet4Address> addresses) implements DhcpOption {

        static final int CODE = 6;

        public DnsServers {
            addresses = List.copyOf(addresses);
            requireLength(CODE, addresses.size());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 7, RFC 2132 section 3.9. */
    record LogServers(List<Inet4Address> addresses) implements DhcpOption {

        static final int CODE = 7;

        public LogServers {
            addresses = List.copyOf(addresses);
            requireLength(CODE, addresses.size());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 12, RFC 2132 section 3.14. */
    record HostName(String name) implements DhcpOption {

        static final int CODE = 12;

        public HostName {
            requireLength(CODE, name.length());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 13, RFC 2132 section 3.15. Never sent by the server: EDK2 prefers it to the size that TFTP tells. */
    record BootFileSize(int blocks) implements DhcpOption {

        static final int CODE = 13;

        public BootFileSize {
            requireFits(CODE, blocks, 65535);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 15, RFC 2132 section 3.17. */
    record DomainName(String name) implements DhcpOption {

        static final int CODE = 15;

        public DomainName {
            requireLength(CODE, name.length());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 17, RFC 2132 section 3.19. */
    record RootPath(String path) implements DhcpOption {

        static final int CODE = 17;

        public RootPath {
            requireLength(CODE, path.length());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 26, RFC 2132 section 5.1. */
    record InterfaceMtu(int octets) implements DhcpOption {

        static final int CODE = 26;

        public InterfaceMtu {
            requireFits(CODE, octets, 65535);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 28, RFC 2132 section 5.3. */
    record BroadcastAddress(Inet4Address address) implements DhcpOption {

        static final int CODE = 28;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 42, NTP servers, RFC 2132 section 8.3. */
    record TimeServers(List<Inet4Address> addresses) implements DhcpOption {

        static final int CODE = 42;

        public TimeServers {
            addresses = List.copyOf(addresses);
            requireLength(CODE, addresses.size());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 43, RFC 2132 section 8.4: sub-options of PXE, or whatever the vendor likes. */
    record VendorInformation(Octets value) implements DhcpOption {

        static final int CODE = 43;

        public VendorInformation {
            requireLength(CODE, value.length());
        }

        /** PXE discovery control 8: use the boot file of this packet, do not search for a boot server. */
        public static final VendorInformation USE_THIS_BOOT_FILE = pxe(List.of(SubOption.ofByte(6, 8)));

        public static VendorInformation pxe(List<SubOption> subOptions) {
            return new VendorInformation(SubOption.write(subOptions, true));
        }

        /** The sub-options; END is not required. */
        public List<SubOption> subOptions() {
            return SubOption.readAll(value, true);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 50, RFC 2132 section 9.1. */
    record RequestedAddress(Inet4Address address) implements DhcpOption {

        static final int CODE = 50;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 51, RFC 2132 section 9.2. */
    record LeaseTime(Duration value) implements DhcpOption {

        static final int CODE = 51;

        public LeaseTime {
            requireSeconds(CODE, value);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 53, RFC 2132 section 9.6. */
    record Type(MessageType value) implements DhcpOption {

        static final int CODE = 53;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 54, RFC 2132 section 9.7. */
    record ServerIdentifier(Inet4Address address) implements DhcpOption {

        static final int CODE = 54;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 55, RFC 2132 section 9.8. OVMF's HTTP client puts an arbitrary byte in it, 0 included. */
    record RequestList(List<Integer> codes) implements DhcpOption {

        static final int CODE = 55;

        public RequestList {
            codes = List.copyOf(codes);
            requireLength(CODE, codes.size());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 56, RFC 2132 section 9.9: why a NAK or a DECLINE was sent. */
    record Text(String message) implements DhcpOption {

        static final int CODE = 56;

        public Text {
            requireLength(CODE, message.length());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 57, RFC 2132 section 9.10: of the IP datagram. */
    record MaximumSize(int octets) implements DhcpOption {

        static final int CODE = 57;

        public MaximumSize {
            requireFits(CODE, octets, 65535);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 58, T1, RFC 2132 section 9.11. */
    record RenewalTime(Duration value) implements DhcpOption {

        static final int CODE = 58;

        public RenewalTime {
            requireSeconds(CODE, value);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 59, T2, RFC 2132 section 9.12. */
    record RebindingTime(Duration value) implements DhcpOption {

        static final int CODE = 59;

        public RebindingTime {
            requireSeconds(CODE, value);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 60, RFC 2132 section 9.13. */
    record VendorClass(String name) implements DhcpOption {

        static final int CODE = 60;

        public VendorClass {
            requireLength(CODE, name.length());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 61, RFC 2132 section 9.14. */
    record ClientIdentifier(Octets value) implements DhcpOption {

        static final int CODE = 61;

        public ClientIdentifier {
            requireLength(CODE, value.length());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 66, RFC 2132 section 9.4. */
    record TftpServerName(String name) implements DhcpOption {

        static final int CODE = 66;

        public TftpServerName {
            requireLength(CODE, name.length());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 67, RFC 2132 section 9.5. Written with a NUL, because EDK2 writes one where it misses it, over the next option. */
    record BootFileName(String name) implements DhcpOption {

        static final int CODE = 67;

        public BootFileName {
            requireLength(CODE, name.length());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 77, RFC 3004, or bare text as iPXE sends it. */
    record UserClass(Octets value) implements DhcpOption {

        static final int CODE = 77;

        public UserClass {
            requireLength(CODE, value.length());
        }

        /** The classes: those of RFC 3004 if the whole value has that form, otherwise the value as one text. */
        public List<String> classes() {
            var in = value.toBuffer();
            var classes = new ArrayList<String>();
            while (in.hasRemaining()) {
                int length = in.get() & 255;
                if (length == 0 || length > in.remaining()) {
                    return List.of(value.toText());
                }
                classes.add(Octets.rest(in.slice(in.position(), length)).toText());
                in.position(in.position() + length);
            }
            return List.copyOf(classes);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 82, RFC 3046: put back as it came. */
    record RelayAgent(Octets value) implements DhcpOption {

        static final int CODE = 82;

        public RelayAgent {
            requireLength(CODE, value.length());
        }

        public List<SubOption> subOptions() {
            return SubOption.readAll(value, false);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 93, RFC 4578 section 2.1: what the firmware can boot. */
    record Architectures(List<Arch> values) implements DhcpOption {

        static final int CODE = 93;

        public Architectures {
            values = List.copyOf(values);
            requireLength(CODE, values.size());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 94, RFC 4578 section 2.2. */
    record NetworkInterface(int type, int major, int minor) implements DhcpOption {

        static final int CODE = 94;

        public NetworkInterface {
            requireFits(CODE, type, 255);
            requireFits(CODE, major, 255);
            requireFits(CODE, minor, 255);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 97, RFC 4578 section 2.3: a type octet, 0, and a UUID; kept as it came because it is put back even when malformed. */
    record MachineIdentifier(Octets value) implements DhcpOption {

        static final int CODE = 97;

        public MachineIdentifier {
            requireLength(CODE, value.length());
        }

        /**
         * The UUID as SMBIOS and the kernel show it; empty if malformed, all zeros or all ones, which identify nobody. RFC 4578
         * asks for network byte order, but OVMF and iPXE both send SMBIOS's bytes, whose first three fields are little
         * endian.
         */
        public Optional<UUID> uuid() {
            if (value.length() != 17) {
                return Optional.empty();
            }
            var in = value.toBuffer();
            in.get();
            long first = Integer.toUnsignedLong(Integer.reverseBytes(in.getInt()));
            long second = Short.toUnsignedLong(Short.reverseBytes(in.getShort()));
            long third = Short.toUnsignedLong(Short.reverseBytes(in.getShort()));
            var uuid = new UUID((first << 32) | (second << 16) | third, in.getLong());
            boolean placeholder = uuid.equals(new UUID(0, 0)) || uuid.equals(new UUID(-1, -1));
            return placeholder ? Optional.empty() : Optional.of(uuid);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 114, RFC 8910. */
    record CaptivePortal(String uri) implements DhcpOption {

        static final int CODE = 114;

        public CaptivePortal {
            requireLength(CODE, uri.length());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 119, RFC 3397. */
    record DomainSearch(List<String> domains) implements DhcpOption {

        static final int CODE = 119;

        public DomainSearch {
            domains = List.copyOf(domains);
            requireLength(CODE, domains.size());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 121, RFC 3442. */
    record ClasslessRoutes(List<Route> routes) implements DhcpOption {

        static final int CODE = 121;

        public ClasslessRoutes {
            routes = List.copyOf(routes);
            requireLength(CODE, routes.size());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 150, RFC 5859. */
    record TftpServers(List<Inet4Address> addresses) implements DhcpOption {

        static final int CODE = 150;

        public TftpServers {
            addresses = List.copyOf(addresses);
            requireLength(CODE, addresses.size());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 175, iPXE's encapsulated options. */
    record Ipxe(Octets value) implements DhcpOption {

        static final int CODE = 175;

        public Ipxe {
            requireLength(CODE, value.length());
        }

        /** Sub-option 176, no-pxedhcp: do not wait two seconds for a proxy, there is none. */
        public static final Ipxe NO_PROXY = of(List.of(SubOption.ofByte(176, 1)));

        public static Ipxe of(List<SubOption> subOptions) {
            return new Ipxe(SubOption.write(subOptions, false));
        }

        public List<SubOption> subOptions() {
            return SubOption.readAll(value, true);
        }

        /** Whether a feature such as 19, HTTP, or 20, HTTPS, is built in. */
        public boolean has(int feature) {
            return subOptions().stream()
                    .anyMatch(s -> s.code() == feature && !s.value().isEmpty());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Option 224, Private use (RFC 3942): the Garboard boot session that the agent continues. */
    record BootSession(String id) implements DhcpOption {

        static final int CODE = 224;

        public BootSession {
            requireLength(CODE, id.length());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** An option that is not interpreted, kept as it came. */
    record Unknown(int code, Octets value) implements DhcpOption {

        public Unknown {
            requireCode(code);
        }
    }

    /** An option whose value does not have the form its code promises, kept as it came. */
    record Undecodable(int code, Octets value, String reason) implements DhcpOption {

        public Undecodable {
            requireCode(code);
        }
    }

    private static void requireCode(int code) {
        // 0 is PAD and 255 is END: they have no length and no value.
        if (code < 1 || code > 254) {
            throw new IllegalArgumentException("option code " + code + " is not in 1 to 254");
        }
    }

    private static void requireLength(int code, int length) {
        if (length == 0) {
            throw new IllegalArgumentException("option " + code + " is empty");
        }
    }

    private static void requireFits(int code, int value, int maximum) {
        if (value < 0 || value > maximum) {
            throw new IllegalArgumentException("option " + code + " is " + value + ", expected 0 to " + maximum);
        }
    }

    private static void requireSeconds(int code, Duration value) {
        if (value.isNegative() || value.toSeconds() > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("option " + code + " does not fit 32 bits of seconds: " + value);
        }
    }
}
