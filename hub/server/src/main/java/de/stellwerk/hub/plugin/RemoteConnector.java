package de.stellwerk.hub.plugin;

import de.stellwerk.hub.plugin.Isolated.Life;
import de.stellwerk.hub.plugin.Line.Answering;
import de.stellwerk.hub.plugin.Line.Op;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for a connector of an isolated plugin, with the same abilities. When the plugin's process has died, it is opened again in
 * the next one at the next call.
 */
final class RemoteConnector implements InvocationHandler {

    private static final Duration SOON = Duration.ofSeconds(5);

    private final Isolated plugin;
    private final Wire.Put<Op> opening;
    private @Nullable Opened opened;
    private boolean closed;

    /** The connector in one life of the process. */
    private record Opened(
            Life life, int number, boolean source, boolean receiver, boolean sink, boolean probe, boolean tested) {}

    private RemoteConnector(Isolated plugin, Wire.Put<Op> opening) {
        this.plugin = plugin;
        this.opening = opening;
    }

    static Connector open(Isolated plugin, Wire.Put<Op> opening) throws ConnectorFailed {
        var handler = new RemoteConnector(plugin, opening);
        var abilities = handler.opened();
        var types = new ArrayList<Class<?>>();
        types.add(Connector.class);
        if (abilities.source) {
            types.add(Source.class);
        }
        if (abilities.receiver) {
            types.add(Receiver.class);
        }
        if (abilities.sink) {
            types.add(Sink.class);
        }
        if (abilities.probe) {
            types.add(Probe.class);
        }
        if (abilities.tested) {
            types.add(Tested.class);
        }
        return (Connector)
                Proxy.newProxyInstance(RemoteConnector.class.getClassLoader(), types.toArray(new Class<?>[0]), handler);
    }

    /** Holding the lock while it opens keeps only callers of this connection waiting. */
    private synchronized Opened opened() throws ConnectorFailed {
        if (closed) {
            throw new ConnectorFailed("plugin.closed", "the connection has been closed");
        }
        var now = plugin.life();
        var last = opened;
        if (last != null && last.life == now) {
            return last;
        }
        var fresh = plugin.ask(
                now,
                Op.CREATE,
                Isolated.NOTHING_BACK,
                opening,
                reader -> new Opened(
                        now,
                        reader.number(),
                        reader.flag(),
                        reader.flag(),
                        reader.flag(),
                        reader.flag(),
                        reader.flag()));
        opened = fresh;
        return fresh;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Exception {
        var given = arguments == null ? new Object[0] : arguments;
        return switch (method.getName()) {
            case "deliver" -> deliver((Delivery) given[0]);
            case "probe" -> result(opened(), Op.PROBE, (Delivery) given[0]).orElse(null);
            case "poll" -> call(opened(), Op.POLL, taking((Inbox) given[0]), (writer, op) -> {}, reader -> true);
            case "receive" -> {
                var request = (Receiver.Request) given[0];
                yield call(
                        opened(),
                        Op.RECEIVE,
                        taking((Inbox) given[1]),
                        (writer, op) -> writer.request(request),
                        Wire.Reader::answer);
            }
            case "test" ->
                call(
                        opened(),
                        Op.TEST,
                        Isolated.NOTHING_BACK,
                        (writer, op) -> {},
                        reader -> reader.list(Wire.Reader::check));
            case "close" -> {
                close();
                yield null;
            }
            case "equals" -> proxy == given[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "Connector of an isolated plugin";
        };
    }

    private @Nullable DeliveryResult deliver(Delivery delivery) throws ConnectorFailed {
        Opened in;
        try {
            in = opened();
        } catch (ConnectorFailed e) {
            return new DeliveryResult.NotSent(String.valueOf(e.getMessage()), SOON);
        }
        return result(in, Op.DELIVER, delivery).orElse(null);
    }

    private Optional<DeliveryResult> result(Opened in, Op op, Delivery delivery) throws ConnectorFailed {
        return call(in, op, Isolated.NOTHING_BACK, (writer, asked) -> writer.delivery(delivery), Wire.Reader::result);
    }

    private <T> T call(Opened in, Op op, Answering meanwhile, Wire.Put<Op> put, Wire.Take<T> take)
            throws ConnectorFailed {
        return plugin.ask(
                in.life,
                op,
                meanwhile,
                (writer, asked) -> {
                    writer.number(in.number);
                    put.to(writer, asked);
                },
                take);
    }

    private static Answering taking(Inbox inbox) {
        return (op, question, answer) -> {
            switch (op) {
                case ACCEPT -> answer.receipt(inbox.accept(question.text(), question.message()));
                case AWAITED -> answer.list(inbox.awaited(question.text(), question.number()), Wire.Writer::awaited);
                default -> throw new IOException("this cannot be asked back: " + op);
            }
        };
    }

    private void close() throws ConnectorFailed {
        Opened last;
        synchronized (this) {
            closed = true;
            last = opened;
            opened = null;
        }
        if (last != null && last.life.isRunning()) {
            call(last, Op.CLOSE, Isolated.NOTHING_BACK, (writer, op) -> {}, reader -> true);
        }
    }
}
