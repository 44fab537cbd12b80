package de.stellwerk.hub.route;

import java.util.Optional;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/** One door: the beginning of a route, or one of its steps. */
final class HubEndpoint extends DefaultEndpoint {

    private final Optional<RouteVersion.Prepared> step;
    private final java.util.function.Consumer<Consumer> started;

    HubEndpoint(
            String uri,
            Component component,
            Optional<RouteVersion.Prepared> step,
            java.util.function.Consumer<Consumer> started) {
        super(uri, component);
        this.step = step;
        this.started = started;
    }

    @Override
    public Consumer createConsumer(Processor processor) {
        return new HubConsumer(this, processor);
    }

    @Override
    public Producer createProducer() {
        var ready = step.orElseThrow(() -> new IllegalArgumentException("the beginning of a route is not a step"));
        return new HubProducer(this, ready);
    }

    @Override
    public boolean isRemote() {
        return false;
    }

    /** Nothing arrives by itself: the hub hands messages to its processor, on the hub's own threads. */
    private final class HubConsumer extends DefaultConsumer {

        HubConsumer(HubEndpoint endpoint, Processor processor) {
            super(endpoint, processor);
        }

        @Override
        protected void doStart() throws Exception {
            super.doStart();
            started.accept(this);
        }
    }

    private static final class HubProducer extends DefaultProducer {

        private final RouteVersion.Prepared step;

        HubProducer(HubEndpoint endpoint, RouteVersion.Prepared step) {
            super(endpoint);
            this.step = step;
        }

        @Override
        public void process(Exchange exchange) {
            try {
                step.step().run(exchange, Run.of(exchange));
            } catch (Quarantine e) {
                throw e;
            } catch (Exception | StackOverflowError | OutOfMemoryError e) {
                throw new StepFailed(step.place(), e);
            }
        }
    }
}
