package de.stellwerk.hub.route;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** Routes in one Camel context: the live one, or one for trying out. */
final class CamelRoutes implements AutoCloseable {

    private static final Pattern LINE = Pattern.compile("\\bline[: ]+(\\d{1,6})\\b");
    private static final int STOP_SECONDS = 5;

    private final CamelContext context;
    private final boolean own;
    private final Map<String, RouteVersion> versions = new ConcurrentHashMap<>();

    private CamelRoutes(CamelContext context, boolean own) {
        this.context = context;
        this.own = own;
    }

    /** The live context. Its own redelivery, logging of bodies and stream caches play no part in these routes. */
    static CamelRoutes live(CamelContext context) {
        var routes = new CamelRoutes(context, false);
        context.setLogExhaustedMessageBody(false);
        Body.teach(context);
        context.addComponent("hub", new HubComponent(routes::version, RouteVersion::started));
        if (!context.isStarted()) context.start();
        return routes;
    }

    /** A context beside the live one, in which routes are parsed and started, and which is then thrown away. */
    static CamelRoutes trial(CamelContext live) {
        @SuppressWarnings("resource") // closed by close()
        var context = new DefaultCamelContext(false);
        context.getCamelContextExtension().setName("routes-on-trial");
        context.setApplicationContextClassLoader(live.getApplicationContextClassLoader());
        context.disableJMX();
        context.setStartupSummaryLevel(StartupSummaryLevel.Off);
        context.getShutdownStrategy().setTimeout(STOP_SECONDS);
        var routes = new CamelRoutes(context, true);
        Body.teach(context);
        context.addComponent("hub", new HubComponent(routes::version, (RouteVersion version, Consumer consumer) -> {}));
        context.start();
        return routes;
    }

    private Optional<RouteVersion> version(String name) {
        return Optional.ofNullable(versions.get(name));
    }

    /** Parses and starts a route, all or nothing. */
    Optional<RouteProblem> add(RouteVersion version) {
        versions.put(version.name(), version);
        try {
            var resource = ResourceHelper.fromString(version.name() + ".yaml", version.camel());
            for (var builder : PluginHelper.getRoutesLoader(context).findRoutesBuilders(resource))
                context.addRoutes(builder);
            if (context.getRoute(version.name()) == null) throw new IllegalStateException("Camel made no route of it");
            return Optional.empty();
        } catch (Exception | StackOverflowError e) {
            remove(version);
            return Optional.of(problem(version, e));
        }
    }

    void remove(RouteVersion version) {
        try {
            if (context.getRoute(version.name()) != null) {
                context.getRouteController().stopRoute(version.name(), STOP_SECONDS, TimeUnit.SECONDS);
                context.removeRoute(version.name());
            }
        } catch (Exception e) {
            throw new IllegalStateException("Camel cannot stop route " + version.name(), e);
        } finally {
            versions.remove(version.name());
        }
    }

    /** Camel's own complaint, with the line it names or else that of the route. */
    private static RouteProblem problem(RouteVersion version, Throwable thrown) {
        Throwable cause = thrown;
        var place = version.place();
        for (var depth = 0; depth < 20; depth++) {
            var line = LINE.matcher(String.valueOf(cause.getMessage()));
            if (line.find()) place = new Place(place.file(), Integer.parseInt(line.group(1)), 1);
            if (cause.getCause() == null || cause.getCause() == cause) break;
            cause = cause.getCause();
        }
        return new RouteProblem(
                "route.camel",
                place,
                "what Camel refuses: " + Problems.quoted(String.valueOf(cause.getMessage())),
                "a route that Camel " + version.id() + " can start");
    }

    @Override
    public void close() {
        if (own) context.stop();
    }
}
