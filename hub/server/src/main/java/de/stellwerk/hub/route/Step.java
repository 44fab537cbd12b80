package de.stellwerk.hub.route;

import org.apache.camel.Exchange;

/**
 * One of the hub's own steps, ready to run. It may change the exchange's body and gather something in the run; it has no effect
 * outside. Shared by all runs of a route's version.
 */
interface Step {

    /**
     * @throws Quarantine if a person must look at the message
     * @throws Exception anything else is unexpected, and the run is tried again later
     */
    void run(Exchange exchange, Run run) throws Exception;
}
