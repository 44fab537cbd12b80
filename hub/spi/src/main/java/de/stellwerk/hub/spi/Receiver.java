package de.stellwerk.hub.spi;

import java.util.Map;

/** Takes what an outside system pushes to the hub's own web door for this connection. */
public interface Receiver extends Connector {

    /**
     * Answers one request. It must prove its sender itself before it reads anything else, and say yes only after
     * {@link Inbox#accept} has returned.
     *
     * @throws Exception if the request could not be handled; the sender gets status 500 without details
     */
    Answer receive(Request request, Inbox inbox) throws Exception;

    /**
     * @param path what follows the connection's own address, without a leading slash
     * @param headers names in lower case
     */
    record Request(String method, String path, Map<String, String> headers, Content body) {}

    record Answer(int status, String mediaType, String text) {}
}
