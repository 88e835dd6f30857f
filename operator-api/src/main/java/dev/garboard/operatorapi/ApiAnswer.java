package dev.garboard.operatorapi;

import io.vertx.core.buffer.Buffer;
import tools.jackson.databind.JsonNode;

/** One answer, ready to be sent. */
record ApiAnswer(int status, String contentType, Buffer body) {

    static ApiAnswer json(int status, JsonNode body) {
        return new ApiAnswer(status, "application/json", Buffer.buffer(body.toString()));
    }

    static ApiAnswer refused(Refusal refusal) {
        return json(refusal.code(), refusal.toStatus());
    }
}
