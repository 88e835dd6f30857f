package dev.garboard.tftp;

import java.net.InetSocketAddress;
import java.time.Duration;

/** What happened, for metrics and for the timeline of a boot. Every transfer that started ends in exactly one further event. */
public sealed interface TftpEvent {

    /** A transfer begins, on these terms. */
    record Started(TftpRequest request, long size, int blockSize, int windowSize) implements TftpEvent {}

    /** The client acknowledged the last block. */
    record Finished(TftpRequest request, long bytes, Duration duration, int retransmissions) implements TftpEvent {}

    /** The client asked for the size only and ended the transfer before any data: normal for firmware, not a boot and not a failure. */
    record Probed(TftpRequest request, long size) implements TftpEvent {}

    /** The transfer ended early, after so many acknowledged bytes. */
    record Failed(TftpRequest request, long bytes, Duration duration, String reason) implements TftpEvent {}

    /** No transfer: the request was refused, or dropped because every place was taken. */
    record Refused(TftpRequest request, String reason) implements TftpEvent {}

    /** A request that is answered already: UDP repeats, and nobody has to hear of it but a counter. */
    record Repeated(TftpRequest request) implements TftpEvent {}

    /** A datagram that is no packet a server expects; dropped. */
    record Malformed(InetSocketAddress client, String reason) implements TftpEvent {}
}
