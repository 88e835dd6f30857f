package dev.garboard.fleet.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class WatchesTest {

    /** Written by hand in the form of Kubernetes' metrics; UpgradeIT counts those of real API servers. */
    private static final String METRICS = """
        # HELP apiserver_longrunning_requests [STABLE] Gauge of all active long-running apiserver requests.
        # TYPE apiserver_longrunning_requests gauge
        apiserver_longrunning_requests{component="apiserver",group="",resource="nodes",scope="cluster",subresource="",verb="WATCH",version="v1"} 11
        apiserver_longrunning_requests{component="apiserver",group="discovery.k8s.io",resource="endpointslices",scope="cluster",subresource="",verb="WATCH",version="v1"} 7
        apiserver_longrunning_requests{component="apiserver",group="discovery.k8s.io",resource="endpointslices",scope="namespace",subresource="",verb="WATCH",version="v1"} 1
        apiserver_request_total{code="200",group="discovery.k8s.io",resource="endpointslices",verb="WATCH"} 99
        """;

    @Test
    void countsThoseOfEndpointSlicesOnly() {
        assertEquals(8, Watches.ofEndpointSlices(METRICS));
        assertEquals(0, Watches.ofEndpointSlices(""));
    }
}
