package dev.garboard.tftp;

import java.net.InetSocketAddress;

/**
 * One read request.
 *
 * @param name   the cleaned file name; as it came, when the request was refused for it
 * @param client where it came from
 * @param server the address of ours it was sent to, which is where the data come from
 */
public record TftpRequest(String name, InetSocketAddress client, InetSocketAddress server) {}
