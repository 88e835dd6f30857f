package dev.garboard.dhcp.server;

/** Why a request gets no answer. Every one of them is counted and logged. */
public enum Silence {
    NOT_A_REQUEST("a server's message"),
    UNKNOWN_HARDWARE("the hardware is not Ethernet, or the address is not one machine's"),
    NO_MESSAGE_TYPE("BOOTP, or a message type that is not known"),
    NOT_A_CLIENT_MESSAGE("a type of message that only servers send"),
    NO_SUBNET("no subnet is configured for the network this came from"),
    NOT_A_BOOT_REQUEST("port 4011 answers boot requests only"),
    NOT_LEASED("port 4011 answers a machine only at the address that it has leased from this server"),
    OTHER_SERVER_CHOSEN("the client took another server's offer"),
    INCOMPLETE_REQUEST("a REQUEST that names neither address nor server"),
    NO_FREE_ADDRESS("every address of the pool is taken"),
    BOOT_REFUSED("the boot decision refused this machine"),
    DECISION_FAILED("the boot decision could not be made"),
    LEASE_NOT_COMMITTED("the lease could not be stored"),
    REPLY_TOO_LARGE("the reply does not fit what the client accepts"),
    NOT_SENT("the reply could not be sent"),
    RELEASED("the client gave its address back"),
    DECLINED("the client found its address in use"),
    NOT_ITS_ADDRESS("the client gave back an address it does not have"),
    RATE_LIMITED("the client sends too much"),
    STILL_DECIDING("an earlier request of this client is still being answered"),
    OVERLOADED("too many requests are being answered");

    private final String explanation;

    Silence(String explanation) {
        this.explanation = explanation;
    }

    /** Whether this happens in every healthy network, or as often as a hostile one likes: too much for the log. */
    public boolean isRoutine() {
        return switch (this) {
            case NOT_A_REQUEST, NOT_A_CLIENT_MESSAGE, OTHER_SERVER_CHOSEN, STILL_DECIDING, RATE_LIMITED, OVERLOADED ->
                true;
            default -> false;
        };
    }

    public String explanation() {
        return explanation;
    }
}
