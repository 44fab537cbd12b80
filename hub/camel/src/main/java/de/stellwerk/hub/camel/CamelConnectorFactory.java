package de.stellwerk.hub.camel;

import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;
import java.io.File;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultStreamCachingStrategy;
import org.apache.camel.spi.PackageScanClassResolver;
import org.apache.camel.support.DefaultRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Makes connectors whose work is done by Camel routes. It keeps one Camel context for the plugin version it came with: made when the
 * first connection opens (about 50 ms), shared by all connections, stopped when the version is unloaded. The context sees what the
 * plugin sees and nothing more; it has no JMX, no shutdown hook and no tracing, and logs no message.
 */
public abstract class CamelConnectorFactory implements ConnectorFactory {

    /** How long routes may finish what they have begun, in seconds, before the plugin is unloaded anyway. */
    private static final int DRAIN_SECONDS = 10;

    private final Beans beans = new Beans();
    private @Nullable CamelContext context;

    /** Makes the connector of one connection; its routes are started right after. */
    protected abstract CamelConnector open(Settings settings, HubContext hub) throws Exception;

    @Override
    public final Connector create(Settings settings, HubContext hub) throws Exception {
        var connector = open(settings, hub);
        try {
            connector.start(context(hub.directory()), beans);
        } catch (Exception e) {
            connector.close();
            throw e;
        }
        return connector;
    }

    @Override
    public synchronized void close() {
        if (context != null) {
            context.stop();
            context = null;
        }
    }

    private synchronized CamelContext context(Path directory) {
        if (context == null) {
            context = newContext(directory.resolve("spool").toFile());
            context.start();
        }
        return context;
    }

    private CamelContext newContext(File spool) {
        var plugin = getClass().getClassLoader();
        var made = new DefaultCamelContext(false);
        made.getCamelContextExtension().setName(descriptor().name());
        made.setApplicationContextClassLoader(plugin);
        made.setClassResolver(new PluginClasses(plugin));
        made.getCamelContextExtension()
                .addContextPlugin(PackageScanClassResolver.class, new PluginClasses.Scan(plugin));
        made.getCamelContextExtension().setRegistry(new DefaultRegistry(beans));
        made.disableJMX();
        made.setAutowiredEnabled(false); // one connection's beans are not another's
        made.setTracing(false);
        made.setMessageHistory(false);
        made.setLogExhaustedMessageBody(false);
        made.getGlobalOptions().put(Exchange.LOG_DEBUG_BODY_MAX_CHARS, "-1");
        made.getShutdownStrategy().setTimeout(DRAIN_SECONDS);
        made.getShutdownStrategy().setLogInflightExchangesOnTimeout(false);
        var caching = new SpoolFolder();
        caching.setSpoolEnabled(true);
        caching.setSpoolDirectory(spool);
        made.setStreamCachingStrategy(caching);
        made.setStreamCaching(true);
        return made;
    }

    /** Bodies above Camel's threshold wait on disk, in the folder of the connection that was opened first. */
    private static final class SpoolFolder extends DefaultStreamCachingStrategy {

        /** The folder is lent for as long as it is there: it is made again when someone has cleared the connection's folder. */
        @Override
        public File getSpoolDirectory() {
            var folder = super.getSpoolDirectory();
            folder.mkdirs();
            return folder;
        }
    }
}
