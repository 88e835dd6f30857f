package dev.garboard.server;

import dev.garboard.inventory.ServingPart;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What the server counts. Every refusal and every silence is in here, with its reason as a label. */
final class Metrics {

    private final PrometheusRegistry registry = new PrometheusRegistry();

    private final Counter dhcp = counter(
            "garboard_dhcp_messages_total", "DHCP messages received, and what became of them.", "type", "outcome");
    private final Counter tftp = counter("garboard_tftp_transfers_total", "TFTP read requests by outcome.", "outcome");
    private final Counter tftpBytes = counter("garboard_tftp_bytes_total", "Bytes sent by TFTP.");
    private final Counter http = counter("garboard_boot_http_requests_total", "Boot HTTP requests.", "file", "outcome");
    private final Counter httpBytes = counter("garboard_boot_http_bytes_total", "Bytes sent by boot HTTP.");
    private final Counter httpRefusals =
            counter("garboard_boot_http_refusals_total", "Boot HTTP connections that were refused.", "reason");
    private final Counter sessionsIgnored = counter(
            "garboard_boot_session_ignored_total",
            "DHCP messages that named a boot session which is not theirs; the message was answered all the same.",
            "reason");
    private final Counter api =
            counter("garboard_api_requests_total", "Operator API requests.", "verb", "resource", "code");
    private final Counter apiRefusals = counter(
            "garboard_api_refusals_total", "Operator API requests and connections that were refused.", "reason");
    private final Counter fleet =
            counter("garboard_node_events_total", "What nodes asked and what became of it.", "event", "outcome");
    private final Histogram commit = Histogram.builder()
            .name("garboard_lease_commit_seconds")
            .help("Time until a DHCP lease is on disk.")
            .classicUpperBounds(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1)
            .register(registry);

    Metrics() {
        JvmMetrics.builder().register(registry);
    }

    /** Tells of each part, at each scrape: whether it works, how often it failed, and when it last did its work. */
    void parts(Supplier<List<ServingPart.Report>> reports) {
        GaugeWithCallback.builder()
                .name("garboard_part_up")
                .help("1 when this part of the server works, 0 when it does not.")
                .labelNames("part")
                .callback(gauge -> reports.get().forEach(report -> gauge.call(report.works() ? 1 : 0, report.name())))
                .register(registry);
        CounterWithCallback.builder()
                .name("garboard_part_failures_total")
                .help("Failures of this part of the server; it was tried again after each.")
                .labelNames("part")
                .callback(counter ->
                        reports.get().forEach(report -> counter.call((double) report.failures(), report.name())))
                .register(registry);
        GaugeWithCallback.builder()
                .name("garboard_part_last_success_timestamp_seconds")
                .help("When this part of the server last did what it is there for.")
                .labelNames("part")
                .callback(gauge -> reports.get().forEach(report -> {
                    if (report.lastSuccess() != null) {
                        gauge.call(report.lastSuccess().toEpochMilli() / 1e3, report.name());
                    }
                }))
                .register(registry);
    }

    void dhcp(String type, String outcome) {
        dhcp.labelValues(type, outcome).inc();
    }

    void tftp(String outcome, long bytes) {
        tftp.labelValues(outcome).inc();
        tftpBytes.inc(bytes);
    }

    void bootHttp(String file, String outcome, long bytes) {
        http.labelValues(file, outcome).inc();
        httpBytes.inc(bytes);
    }

    void bootHttpRefused(String reason) {
        httpRefusals.labelValues(reason).inc();
    }

    void bootSessionIgnored(String reason) {
        sessionsIgnored.labelValues(reason).inc();
    }

    void api(String verb, String resource, int code) {
        api.labelValues(verb, resource, Integer.toString(code)).inc();
    }

    void apiRefused(String reason) {
        apiRefusals.labelValues(reason).inc();
    }

    void fleet(String event, String outcome) {
        fleet.labelValues(event, outcome).inc();
    }

    void leaseCommitted(Duration after) {
        commit.observe(after.toNanos() / 1e9);
    }

    /** Tells, at each scrape, how many stored things cannot be used, by what is wrong with them. */
    void setAside(Supplier<Map<String, Integer>> counts) {
        GaugeWithCallback.builder()
                .name("garboard_set_aside")
                .help("Stored things that cannot be used as they are; /readyz?verbose names them.")
                .labelNames("found")
                .callback(gauge -> counts.get().forEach((found, count) -> gauge.call(count, found)))
                .register(registry);
    }

    /** Tells, at each scrape, what was lost of boot sessions, by the reason. */
    void bootSessionsLost(Supplier<Map<String, Long>> counts) {
        CounterWithCallback.builder()
                .name("garboard_boot_sessions_lost_total")
                .help("Boot sessions and steps that were not written because too much waited, and sessions that"
                        + " were deleted because there were too many.")
                .labelNames("reason")
                .callback(counter -> counts.get().forEach((reason, count) -> counter.call(count.doubleValue(), reason)))
                .register(registry);
    }

    /** The Prometheus text format. */
    String text() {
        var out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory does not fail", impossible);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private Counter counter(String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
    }
}
