package dev.garboard.tftp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What client and server agreed on for one transfer. */
record Terms(int blockSize, int windowSize, Duration timeout, List<TftpOption> acknowledged) {
    private static final int DEFAULT_BLOCK_SIZE = 512;

    /** A client may ask for up to 255 s; a server that agreed would hold the transfer of a dead client for half an hour. */
    private static final int MAX_TIMEOUT_SECONDS = 30;

    Terms {
        acknowledged = List.copyOf(acknowledged);
    }

    /** Acknowledges only what was asked for, each option once, in the order of the request. */
    static Terms negotiate(List<TftpOption> asked, long size, TftpConfig config, boolean windows) {
        int blockSize = DEFAULT_BLOCK_SIZE;
        int windowSize = 1;
        var timeout = config.retransmitAfter();
        List<TftpOption> acknowledged = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        for (var option : asked) {
            if (seen.contains(option.name())) {
                continue;
            }
            seen.add(option.name());
            switch (option) {
                case TftpOption.BlockSize(int bytes) -> {
                    blockSize = Math.min(bytes, config.maxBlockSize());
                    acknowledged.add(new TftpOption.BlockSize(blockSize));
                }
                case TftpOption.TransferSize _ -> acknowledged.add(new TftpOption.TransferSize(size));
                case TftpOption.Timeout(int seconds) -> {
                    if (seconds <= MAX_TIMEOUT_SECONDS) {
                        timeout = Duration.ofSeconds(seconds);
                        acknowledged.add(option);
                    }
                }
                case TftpOption.WindowSize(int blocks) -> {
                    windowSize = windows ? Math.min(blocks, config.maxWindow()) : 1;
                    acknowledged.add(new TftpOption.WindowSize(windowSize));
                }
                case TftpOption.Unknown _ -> {}
            }
        }
        return new Terms(blockSize, windowSize, timeout, acknowledged);
    }
}
