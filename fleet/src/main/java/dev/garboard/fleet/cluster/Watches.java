package dev.garboard.fleet.cluster;

/** Who follows what an API server has, by what the server says of its open requests. */
final class Watches {

    /** The number of open requests of each kind. */
    private static final String METRIC = "apiserver_longrunning_requests{";

    private Watches() {}

    /** How many clients follow the EndpointSlices, in the text of an API server's metrics. */
    static int ofEndpointSlices(String metrics) {
        return metrics.lines()
                .filter(line -> line.startsWith(METRIC)
                        && line.contains("resource=\"endpointslices\"")
                        && line.contains("verb=\"WATCH\""))
                .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
