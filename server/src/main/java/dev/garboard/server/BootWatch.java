package dev.garboard.server;

import dev.garboard.dhcp.DhcpMessage;
import dev.garboard.dhcp.MalformedDhcpException;
import dev.garboard.dhcp.MessageType;
import dev.garboard.dhcp.server.ClientKind;
import dev.garboard.dhcp.server.DhcpEvents;
import dev.garboard.dhcp.server.Request;
import dev.garboard.dhcp.server.Silence;
import dev.garboard.httpboot.BootEvents;
import dev.garboard.httpboot.Served;
import dev.garboard.inventory.BootSession;
import dev.garboard.inventory.BootSessions;
import dev.garboard.tftp.TftpEvent;
import dev.garboard.tftp.TftpEvents;
import dev.garboard.tftp.TftpRequest;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what the protocol servers tell into metrics, log lines and steps of boot sessions. Runs on event loops. */
final class BootWatch implements DhcpEvents, TftpEvents, BootEvents {

    private static final Logger log = LoggerFactory.getLogger(BootWatch.class);

    private static final int SESSION_LENGTH = 32;

    private final BootSessions sessions;
    private final Metrics metrics;
    private final DropLog drops;

    BootWatch(BootSessions sessions, Metrics metrics, InstantSource clock) {
        this.drops = new DropLog(clock);
        this.sessions = sessions;
        this.metrics = metrics;
    }

    @Override
    public void received(Request request) {
        // Counted with its outcome, below.
    }

    @Override
    public void replied(Request request, DhcpMessage reply) {
        var answer = reply.type().map(MessageType::name).orElse("BOOTP");
        metrics.dhcp(request.type().name(), answer);
        var session = session(request);
        log.atInfo()
                .addKeyValue("session", session.map(BootSession::id).orElse(""))
                .addKeyValue("mac", request.client().mac())
                .addKeyValue("client", request.client().kind())
                .addKeyValue("address", reply.yourAddress().getHostAddress())
                .log("DHCP {} answered with {}", request.type(), answer);
        if (reply.type().filter(MessageType.ACK::equals).isEmpty()
                || request.client().kind() == ClientKind.HOST) {
            return;
        }
        boolean agent = request.client().kind() == ClientKind.AGENT;
        session.ifPresent(found -> sessions.append(
                found.id(),
                agent ? "network" : "dhcp",
                "dhcp",
                words(request.client().kind()) + " leased "
                        + reply.yourAddress().getHostAddress(),
                0,
                "ok"));
    }

    @Override
    public void silent(DhcpMessage message, Silence reason) {
        var type = message.type().map(MessageType::name).orElse("BOOTP");
        metrics.dhcp(type, reason.name().toLowerCase(Locale.ROOT));
        // The bytes as they came where they are not the address of one Ethernet card: somebody has to find the thing.
        var mac = message.mac()
                .map(Object::toString)
                .orElseGet(() -> "type " + message.hardwareType() + " " + message.hardwareAddress());
        dropped("dhcp " + reason, "mac", mac, reason.explanation(), "DHCP " + type + " not answered");
    }

    @Override
    public void malformed(InetSocketAddress sender, MalformedDhcpException malformed) {
        var fault = malformed.fault().name().toLowerCase(Locale.ROOT);
        metrics.dhcp("none", fault);
        dropped(
                "dhcp " + fault,
                "sender",
                sender + " mac " + malformed.hardwareAddress(),
                String.valueOf(malformed.getMessage()),
                "datagram is no DHCP message");
    }

    private void dropped(String reason, String key, Object who, String why, String what) {
        var verdict = drops.ask(reason);
        if (verdict.write()) {
            log.atInfo()
                    .addKeyValue(key, who)
                    .addKeyValue("reason", why)
                    .addKeyValue("leftOutBefore", verdict.leftOut())
                    .log(what);
        }
    }

    @Override
    public void happened(TftpEvent event) {
        switch (event) {
            case TftpEvent.Started _, TftpEvent.Probed _ -> {
                // A size query of firmware is no boot, and a start is followed by its end.
            }
            case TftpEvent.Finished(var request, var bytes, var duration, var _) -> {
                metrics.tftp("sent", bytes);
                tftp(request, bytes, "sent in " + text(duration), "ok");
            }
            case TftpEvent.Failed(var request, var bytes, var _, var reason) -> {
                metrics.tftp("failed", bytes);
                tftp(request, bytes, reason, "failed");
            }
            case TftpEvent.Refused(var request, var reason) -> {
                metrics.tftp("refused", 0);
                tftp(request, 0, reason, "refused");
            }
            case TftpEvent.Repeated _ -> metrics.tftp("repeated", 0);
            case TftpEvent.Malformed(var client, var reason) -> {
                metrics.tftp("malformed", 0);
                dropped("tftp malformed", "client", client, reason, "no TFTP packet");
            }
        }
    }

    private void tftp(TftpRequest request, long bytes, String detail, String outcome) {
        var name = request.name();
        if (name.length() > SESSION_LENGTH && name.charAt(SESSION_LENGTH) == '/') {
            var file = name.substring(SESSION_LENGTH + 1);
            step(name.substring(0, SESSION_LENGTH), file, "tftp", bytes, detail, outcome);
        } else {
            var verdict = drops.ask("tftp " + outcome);
            if (verdict.write()) {
                log.atInfo()
                        .addKeyValue("client", request.client())
                        .addKeyValue("file", name)
                        .addKeyValue("outcome", outcome)
                        .addKeyValue("leftOutBefore", verdict.leftOut())
                        .log("TFTP: {}", detail);
            }
        }
    }

    @Override
    public void refused(String reason) {
        metrics.bootHttpRefused(reason);
    }

    @Override
    public void served(Served served) {
        var known = stage(served.name()).isEmpty() ? "other" : served.name();
        metrics.bootHttp(known, served.outcome().name().toLowerCase(Locale.ROOT), served.bytes());
        var outcome = switch (served.outcome()) {
            case SENT -> "ok";
            case NO_CONTENT -> "";
            case NOT_FOUND, REFUSED -> "refused";
            case ABORTED, FAILED -> "failed";
        };
        if (served.session() == null) {
            var verdict = drops.ask("http " + served.outcome());
            if (verdict.write()) {
                log.atInfo()
                        .addKeyValue("client", served.client())
                        .addKeyValue("file", served.name())
                        .addKeyValue("status", served.status())
                        .addKeyValue("leftOutBefore", verdict.leftOut())
                        .log("boot HTTP: {}", served.detail());
            }
        } else if (!outcome.isEmpty()) {
            var detail = served.detail().isEmpty() ? "sent in " + text(served.duration()) : served.detail();
            step(served.session().hex(), served.name(), "http", served.bytes(), detail, outcome);
        }
    }

    private void step(String session, String file, String protocol, long bytes, String detail, String outcome) {
        // Every file of a boot is told; a session that a stranger made up is not worth a line each time.
        if (outcome.equals("ok") || drops.ask(protocol + " " + outcome).write()) {
            log.atInfo()
                    .addKeyValue("session", session)
                    .addKeyValue("file", file)
                    .addKeyValue("protocol", protocol)
                    .addKeyValue("bytes", bytes)
                    .addKeyValue("outcome", outcome)
                    .log("boot file: {}", detail);
        }
        stage(file).ifPresent(stage -> sessions.append(session, stage, protocol, file + " " + detail, bytes, outcome));
    }

    /** The stage of a boot that a file belongs to; empty for what is no part of a boot. */
    private static Optional<String> stage(String file) {
        return switch (file) {
            case "script.ipxe", "autoexec.ipxe" -> Optional.of("script");
            case "kernel" -> Optional.of("kernel");
            case "initramfs", "ticket" -> Optional.of("initramfs");
            case "root.cpio" -> Optional.of("root");
            default -> Loaders.isLoader(file) ? Optional.of("loader") : Optional.empty();
        };
    }

    /** The boot that a message is of. Anybody can name any session: one of another network card is none of its business. */
    private Optional<BootSession> session(Request request) {
        var mac = request.client().mac().toString();
        var said = request.client().bootSession();
        if (said == null) {
            return sessions.newest(mac);
        }
        var named = sessions.find(said);
        if (named.filter(session -> !session.spec().mac().equals(mac)).isEmpty()) {
            return named;
        }
        metrics.bootSessionIgnored("other_mac");
        dropped(
                "session of another card",
                "mac",
                mac,
                "it names boot session " + said + ", which is that of "
                        + named.get().spec().mac(),
                "boot session of a DHCP message ignored");
        return Optional.empty();
    }

    private static String words(ClientKind kind) {
        return switch (kind) {
            case PXE -> "PXE firmware";
            case HTTP_BOOT -> "UEFI HTTP boot firmware";
            case IPXE -> "iPXE";
            case AGENT -> "agent";
            case HOST -> "host";
        };
    }

    private static String text(Duration duration) {
        return duration.toMillis() + " ms";
    }
}
