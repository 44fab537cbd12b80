package de.stellwerk.hub.route;

import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/**
 * Camel component {@code hub:}, the doors between a route and the hub.
 *
 * <p>Route files may name it; what they say is checked and prepared by {@link RouteReader}, which adds the parameters {@code at} and
 * {@code step}. Without them, so outside of the hub's own routes, an endpoint is refused.
 */
public final class HubComponent extends DefaultComponent {

    private final Function<String, Optional<RouteVersion>> versions;
    private final BiConsumer<RouteVersion, Consumer> started;

    /** For tools that list components; it knows no routes and makes no endpoints. */
    public HubComponent() {
        this(name -> Optional.empty(), (version, consumer) -> {});
    }

    /**
     * @param versions the prepared versions by {@code id@hash}
     * @param started told when a version's consumer has started
     */
    HubComponent(Function<String, Optional<RouteVersion>> versions, BiConsumer<RouteVersion, Consumer> started) {
        this.versions = versions;
        this.started = started;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        var at = String.valueOf(parameters.remove("at"));
        var step = String.valueOf(parameters.remove("step"));
        // Checked and understood already, when the file was read.
        parameters.clear();
        var version = versions.apply(at)
                .orElseThrow(() -> new IllegalArgumentException(
                        "hub: endpoints exist only in routes of the routes folder; this names the version '" + at
                                + "'"));
        if (step.equals("null"))
            return new HubEndpoint(uri, this, Optional.empty(), consumer -> started.accept(version, consumer));
        var found = version.step(Integer.parseInt(step));
        if (found.isEmpty()) throw new IllegalArgumentException("version '" + at + "' has no step " + step);
        return new HubEndpoint(uri, this, found, consumer -> {});
    }
}
