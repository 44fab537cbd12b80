package de.stellwerk.hub.spi;

/** Brings messages in when asked. It keeps no thread and no timer: the hub decides when. */
public interface Source extends Connector {

    /**
     * Hands over what is waiting outside, a bounded number, and returns. A message is taken when {@link Inbox#accept} returns; only
     * then acknowledge it to the outside system. Whatever was not acknowledged is simply handed over again at the next poll, under
     * the same id: the hub knows it.
     *
     * @throws Exception if the outside system cannot be read; the hub shows the reason and asks again later
     */
    void poll(Inbox inbox) throws Exception;
}
