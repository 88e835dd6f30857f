package dev.garboard.dhcp;

import static dev.garboard.dhcp.ValueForm.ADDRESS;
import static dev.garboard.dhcp.ValueForm.BYTE;
import static dev.garboard.dhcp.ValueForm.ENDED_TEXT;
import static dev.garboard.dhcp.ValueForm.OCTETS;
import static dev.garboard.dhcp.ValueForm.ROUTES;
import static dev.garboard.dhcp.ValueForm.SECONDS;
import static dev.garboard.dhcp.ValueForm.SHORT;
import static dev.garboard.dhcp.ValueForm.TEXT;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads and writes the value of one option: a table with one line for each kind. */
final class DhcpOptionCodec {

    /** What one kind of option is called in Java and on the wire. */
    record Entry<T extends DhcpOption>(Class<T> type, int code, ValueForm<T> form) {
        void write(DhcpOption option, ByteArrayOutputStream out) {
            form.write(type.cast(option), out);
        }
    }

    private static final ValueForm<MessageType> TYPE = BYTE.map(
            code -> MessageType.of(code)
                    .orElseThrow(() -> new MalformedDhcpException("message type " + code + " is not known")),
            MessageType::code);

    private static final ValueForm<List<Arch>> ARCHITECTURES = ValueForm.form(
            in -> {
                // Firmware with an odd octet at the end has been seen; the whole numbers before it are good.
                in.limit(in.limit() - in.remaining() % 2);
                return SHORT.map(Arch::new, Arch::code).repeated().read(in);
            },
            (values, out) -> SHORT.map(Arch::new, Arch::code).repeated().write(values, out));

    private static final ValueForm<List<String>> DOMAINS = ValueForm.form(DomainNames::read, DomainNames::write);

    private static final ValueForm<DhcpOption.NetworkInterface> NETWORK_INTERFACE = ValueForm.form(
            in -> new DhcpOption.NetworkInterface(in.get() & 255, in.get() & 255, in.get() & 255), (value, out) -> {
                out.write(value.type());
                out.write(value.major());
                out.write(value.minor());
            });

    /** Every kind of option that is interpreted. */
    static final List<Entry<?>> ENTRIES = List.of(
            option(
                    DhcpOption.SubnetMask.class,
                    DhcpOption.SubnetMask.CODE,
                    ADDRESS.map(DhcpOption.SubnetMask::new, DhcpOption.SubnetMask::mask)),
            option(
                    DhcpOption.Routers.class,
                    DhcpOption.Routers.CODE,
                    ADDRESS.repeated().map(DhcpOption.Routers::new, DhcpOption.Routers::addresses)),
            option(
                    DhcpOption.DnsServers.class,
                    DhcpOption.DnsServers.CODE,
                    ADDRESS.repeated().map(DhcpOption.DnsServers::new, DhcpOption.DnsServers::addresses)),
            option(
                    DhcpOption.LogServers.class,
                    DhcpOption.LogServers.CODE,
                    ADDRESS.repeated().map(DhcpOption.LogServers::new, DhcpOption.LogServers::addresses)),
            option(
                    DhcpOption.HostName.class,
                    DhcpOption.HostName.CODE,
                    TEXT.map(DhcpOption.HostName::new, DhcpOption.HostName::name)),
            option(
                    DhcpOption.BootFileSize.class,
                    DhcpOption.BootFileSize.CODE,
                    SHORT.map(DhcpOption.BootFileSize::new, DhcpOption.BootFileSize::blocks)),
            option(
                    DhcpOption.DomainName.class,
                    DhcpOption.DomainName.CODE,
                    TEXT.map(DhcpOption.DomainName::new, DhcpOption.DomainName::name)),
            option(
                    DhcpOption.RootPath.class,
                    DhcpOption.RootPath.CODE,
                    TEXT.map(DhcpOption.RootPath::new, DhcpOption.RootPath::path)),
            option(
                    DhcpOption.InterfaceMtu.class,
                    DhcpOption.InterfaceMtu.CODE,
                    SHORT.map(DhcpOption.InterfaceMtu::new, DhcpOption.InterfaceMtu::octets)),
            option(
                    DhcpOption.BroadcastAddress.class,
                    DhcpOption.BroadcastAddress.CODE,
                    ADDRESS.map(DhcpOption.BroadcastAddress::new, DhcpOption.BroadcastAddress::address)),
            option(
                    DhcpOption.TimeServers.class,
                    DhcpOption.TimeServers.CODE,
                    ADDRESS.repeated().map(DhcpOption.TimeServers::new, DhcpOption.TimeServers::addresses)),
            option(
                    DhcpOption.VendorInformation.class,
                    DhcpOption.VendorInformation.CODE,
                    OCTETS.map(DhcpOption.VendorInformation::new, DhcpOption.VendorInformation::value)),
            option(
                    DhcpOption.RequestedAddress.class,
                    DhcpOption.RequestedAddress.CODE,
                    ADDRESS.map(DhcpOption.RequestedAddress::new, DhcpOption.RequestedAddress::address)),
            option(
                    DhcpOption.LeaseTime.class,
                    DhcpOption.LeaseTime.CODE,
                    SECONDS.map(DhcpOption.LeaseTime::new, DhcpOption.LeaseTime::value)),
            option(DhcpOption.Type.class, DhcpOption.Type.CODE, TYPE.map(DhcpOption.Type::new, DhcpOption.Type::value)),
            option(
                    DhcpOption.ServerIdentifier.class,
                    DhcpOption.ServerIdentifier.CODE,
                    ADDRESS.map(DhcpOption.ServerIdentifier::new, DhcpOption.ServerIdentifier::address)),
            option(
                    DhcpOption.RequestList.class,
                    DhcpOption.RequestList.CODE,
                    BYTE.repeated().map(DhcpOption.RequestList::new, DhcpOption.RequestList::codes)),
            option(
                    DhcpOption.Text.class,
                    DhcpOption.Text.CODE,
                    TEXT.map(DhcpOption.Text::new, DhcpOption.Text::message)),
            option(
                    DhcpOption.MaximumSize.class,
                    DhcpOption.MaximumSize.CODE,
                    SHORT.map(DhcpOption.MaximumSize::new, DhcpOption.MaximumSize::octets)),
            option(
                    DhcpOption.RenewalTime.class,
                    DhcpOption.RenewalTime.CODE,
                    SECONDS.map(DhcpOption.RenewalTime::new, DhcpOption.RenewalTime::value)),
            option(
                    DhcpOption.RebindingTime.class,
                    DhcpOption.RebindingTime.CODE,
                    SECONDS.map(DhcpOption.RebindingTime::new, DhcpOption.RebindingTime::value)),
            option(
                    DhcpOption.VendorClass.class,
                    DhcpOption.VendorClass.CODE,
                    TEXT.map(DhcpOption.VendorClass::new, DhcpOption.VendorClass::name)),
            option(
                    DhcpOption.ClientIdentifier.class,
                    DhcpOption.ClientIdentifier.CODE,
                    OCTETS.map(DhcpOption.ClientIdentifier::new, DhcpOption.ClientIdentifier::value)),
            option(
                    DhcpOption.TftpServerName.class,
                    DhcpOption.TftpServerName.CODE,
                    TEXT.map(DhcpOption.TftpServerName::new, DhcpOption.TftpServerName::name)),
            option(
                    DhcpOption.BootFileName.class,
                    DhcpOption.BootFileName.CODE,
                    ENDED_TEXT.map(DhcpOption.BootFileName::new, DhcpOption.BootFileName::name)),
            option(
                    DhcpOption.UserClass.class,
                    DhcpOption.UserClass.CODE,
                    OCTETS.map(DhcpOption.UserClass::new, DhcpOption.UserClass::value)),
            option(
                    DhcpOption.RelayAgent.class,
                    DhcpOption.RelayAgent.CODE,
                    OCTETS.map(DhcpOption.RelayAgent::new, DhcpOption.RelayAgent::value)),
            option(
                    DhcpOption.Architectures.class,
                    DhcpOption.Architectures.CODE,
                    ARCHITECTURES.map(DhcpOption.Architectures::new, DhcpOption.Architectures::values)),
            option(DhcpOption.NetworkInterface.class, DhcpOption.NetworkInterface.CODE, NETWORK_INTERFACE),
            option(
                    DhcpOption.MachineIdentifier.class,
                    DhcpOption.MachineIdentifier.CODE,
                    OCTETS.map(DhcpOption.MachineIdentifier::new, DhcpOption.MachineIdentifier::value)),
            option(
                    DhcpOption.CaptivePortal.class,
                    DhcpOption.CaptivePortal.CODE,
                    TEXT.map(DhcpOption.CaptivePortal::new, DhcpOption.CaptivePortal::uri)),
            option(
                    DhcpOption.DomainSearch.class,
                    DhcpOption.DomainSearch.CODE,
                    DOMAINS.map(DhcpOption.DomainSearch::new, DhcpOption.DomainSearch::domains)),
            option(
                    DhcpOption.ClasslessRoutes.class,
                    DhcpOption.ClasslessRoutes.CODE,
                    ROUTES.map(DhcpOption.ClasslessRoutes::new, DhcpOption.ClasslessRoutes::routes)),
            option(
                    DhcpOption.TftpServers.class,
                    DhcpOption.TftpServers.CODE,
                    ADDRESS.repeated().map(DhcpOption.TftpServers::new, DhcpOption.TftpServers::addresses)),
            option(
                    DhcpOption.Ipxe.class,
                    DhcpOption.Ipxe.CODE,
                    OCTETS.map(DhcpOption.Ipxe::new, DhcpOption.Ipxe::value)),
            option(
                    DhcpOption.BootSession.class,
                    DhcpOption.BootSession.CODE,
                    TEXT.map(DhcpOption.BootSession::new, DhcpOption.BootSession::id)));

    private static final Map<Class<?>, Entry<?>> BY_TYPE =
            ENTRIES.stream().collect(Collectors.toUnmodifiableMap(Entry::type, entry -> entry));

    private static final Map<Integer, Entry<?>> BY_CODE = byCode();

    private DhcpOptionCodec() {}

    /** Decodes the whole value of an option; what does not have the form of its code is kept as it came. */
    static DhcpOption read(int code, Octets value) {
        var entry = BY_CODE.get(code);
        if (entry == null) {
            return new DhcpOption.Unknown(code, value);
        }
        var in = value.toBuffer();
        try {
            var option = entry.form().read(in);
            if (in.hasRemaining()) {
                return new DhcpOption.Undecodable(code, value, in.remaining() + " bytes too many");
            }
            return option;
        } catch (BufferUnderflowException tooShort) {
            return new DhcpOption.Undecodable(code, value, value.length() + " bytes are too few");
        } catch (MalformedDhcpException | IllegalArgumentException malformed) {
            return new DhcpOption.Undecodable(code, value, describe(malformed));
        }
    }

    static byte[] write(DhcpOption option) {
        return switch (option) {
            case DhcpOption.Unknown(var _, var value) -> value.toArray();
            case DhcpOption.Undecodable(var _, var value, var _) -> value.toArray();
            default -> {
                var out = new ByteArrayOutputStream();
                entryOf(option).write(option, out);
                yield out.toByteArray();
            }
        };
    }

    private static Entry<?> entryOf(DhcpOption option) {
        @Nullable Entry<?> entry = BY_TYPE.get(option.getClass());
        if (entry == null) {
            throw new AssertionError(option.getClass() + " is missing in the table of options");
        }
        return entry;
    }

    private static String describe(RuntimeException malformed) {
        var message = malformed.getMessage();
        return message == null ? malformed.getClass().getSimpleName() : message;
    }

    private static Map<Integer, Entry<?>> byCode() {
        var map = new HashMap<Integer, Entry<?>>();
        ENTRIES.forEach(entry -> map.put(entry.code(), entry));
        return Map.copyOf(map);
    }

    private static <T extends DhcpOption> Entry<T> option(Class<T> type, int code, ValueForm<T> form) {
        return new Entry<>(type, code, form);
    }
}
