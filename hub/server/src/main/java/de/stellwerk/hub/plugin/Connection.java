package de.stellwerk.hub.plugin;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.plugin.LoadedPlugin.Offer;
import de.stellwerk.hub.settings.SettingValues;
import de.stellwerk.hub.spi.BatchSink;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hub's handle of one configured connection. It opens its connector when it is first needed, opens a new one when the plugin is
 * replaced, and lets nothing a plugin throws get past it. It keeps no thread; it may be called by many.
 */
public final class Connection {

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration LATER = Duration.ofSeconds(30);
    private static final Duration LATEST = Duration.ofMinutes(5);
    private static final Duration ALONE = Duration.ofMinutes(1);
    private static final int LONGEST_REFERENCE = 200;

    /** How a connection stands. */
    public enum State {
        /** No plugin offers its connector. */
        WAITING,
        /** It will be opened when it is first needed. */
        READY,
        /** It is open. */
        OPEN,
        /** Its settings are wrong, or it could not be opened; the state's text says which. */
        FAILED,
        /** It gets no more calls, for the plugin does not let go of those it has had, or of too many threads. */
        ISOLATED
    }

    /**
     * What this connection takes of the hub.
     *
     * @param breaker CLOSED, OPEN or HALF_OPEN: whether its target is called
     * @param stuck calls that were given up and still run, each with its thread and where that stands
     * @param allocatedPerSecond bytes that its calls have allocated in the last full minute, by the second
     */
    public record Load(String breaker, List<String> stuck, long allocatedPerSecond, long allocated) {
        public Load {
            stuck = List.copyOf(stuck);
        }
    }

    /** Nothing can be begun now, and this is why. */
    public record Closed(String code, String text, Duration pause) {}

    /** What one configured connection is given by the room. */
    record Surroundings(Plugins plugins, Path home, Path data, Clock clock) {}

    private interface Use<T> {
        T with(Connector connector) throws Exception;
    }

    /** The connector cannot be used now, and the outside system has seen nothing. */
    private static final class NotOpen extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient Reason reason;
        private final Duration retryAfter;

        NotOpen(Reason reason, Duration retryAfter) {
            super(reason.code(), null, false, false);
            this.reason = reason;
            this.retryAfter = retryAfter;
        }
    }

    private record Opened(LoadedPlugin plugin, Connector connector) {

        boolean isOf(Offer offer) {
            return plugin == offer.plugin();
        }
    }

    private record Failure(LoadedPlugin plugin, Reason reason, int times, Instant again) {

        boolean isOf(Offer offer) {
            return plugin == offer.plugin();
        }
    }

    private final String municipality;
    private final ConnectionConfig config;
    private final Surroundings surroundings;
    private final AtomicBoolean polling = new AtomicBoolean();
    private final AtomicInteger pushes = new AtomicInteger();
    private final Meter meter = new Meter();
    private final ForwardClock waits;
    private final Breaker breaker;
    private volatile boolean givenUpPoll;
    /** Until then no deliveries are handed over together: of such a call nobody knew how it ended. */
    private volatile Instant eachAlone = Instant.MIN;

    private volatile @Nullable Opened opened;
    private volatile @Nullable Failure failure;

    Connection(String municipality, ConnectionConfig config, Surroundings surroundings) {
        this.municipality = municipality;
        this.config = config;
        this.surroundings = surroundings;
        this.waits = new ForwardClock(surroundings.clock);
        this.breaker = new Breaker(municipality + "/" + config.name(), waits);
    }

    /** The AGS. */
    public String municipality() {
        return municipality;
    }

    public String name() {
        return config.name();
    }

    /** The name of the connector it is configured for, whether or not a plugin offers it. */
    public String connector() {
        return config.connector();
    }

    public ConnectionConfig config() {
        return config;
    }

    private Optional<Offer> offer() {
        return surroundings.plugins.offer(connector(), municipality, config.version());
    }

    /** The card of its connector; empty as long as no plugin offers it. */
    public Optional<ConnectorDescriptor> descriptor() {
        return offer().map(Offer::descriptor);
    }

    public State state() {
        return standing().state;
    }

    /** Why it is {@code WAITING} or {@code FAILED}, in English; otherwise empty. */
    public String stateText() {
        return stateText(Locale.ENGLISH);
    }

    /** The same in German for a German locale, otherwise in English. */
    public String stateText(Locale locale) {
        return standing().reason.text(locale);
    }

    private record Standing(State state, Reason reason) {}

    private Standing standing() {
        var offer = offer();
        if (offer.isEmpty()) {
            return new Standing(State.WAITING, waiting());
        }
        var isolated = isolated(offer.get().plugin());
        if (isolated.isPresent()) {
            return new Standing(State.ISOLATED, isolated.get());
        }
        var open = opened;
        if (open != null && open.isOf(offer.get())) {
            return new Standing(State.OPEN, Reason.NONE);
        }
        var failed = failure;
        if (failed != null && failed.isOf(offer.get())) {
            return new Standing(State.FAILED, failed.reason);
        }
        return SettingsReason.of(offer.get(), config, surroundings.home)
                .map(problems -> new Standing(State.FAILED, problems))
                .orElse(new Standing(State.READY, Reason.NONE));
    }

    /** What this connection takes of the hub, and how its target does. */
    public Load load() {
        var calls = offer().map(offer -> offer.plugin().crew().stuck(label(""))).orElse(List.of());
        return new Load(
                breaker.state(), calls.stream().map(Crew.Stuck::toString).toList(), meter.rate(), meter.total());
    }

    /** How many deliveries may be on their way at a time: a call that was given up and still runs keeps its place. */
    public int places() {
        return offer().map(offer -> places(offer.plugin()))
                .orElse(config.bounds().calls());
    }

    private int places(LoadedPlugin plugin) {
        return Math.max(0, config.bounds().calls() - plugin.crew().held(label("")));
    }

    /** Why no delivery is to be begun now; empty if one may be. */
    public Optional<Closed> closed() {
        var isolated = offer().flatMap(offer -> isolated(offer.plugin()));
        if (isolated.isPresent()) {
            return Optional.of(new Closed(isolated.get().code(), isolated.get().english(), LATER));
        }
        var pause = breaker.pause();
        return pause.isZero()
                ? Optional.empty()
                : Optional.of(
                        new Closed("connection.breaker", "the target has not answered ten times in a row", pause));
    }

    /** Whether the target has answered of late. */
    public boolean steady() {
        return breaker.isClosed();
    }

    /**
     * Whether a delivery may be begun now; each that is, whatever becomes of it, must be {@link #ended}. While a target that did not
     * answer is tried again, one may.
     */
    public boolean begin() {
        return breaker.begin();
    }

    /** @param answered whether the target has answered, be it with yes or no */
    public void ended(boolean answered, Duration took) {
        breaker.ended(answered, took);
    }

    private Optional<Reason> isolated(LoadedPlugin plugin) {
        var jar = plugin.jar();
        if (places(plugin) == 0) {
            var calls = plugin.crew().stuck(label(""));
            var where = calls.isEmpty() ? "just ended" : calls.get(0).toString();
            return Optional.of(new Reason(
                    "plugin.isolated",
                    "Plugin " + jar.id() + " " + jar.version() + " does not let go of " + calls.size()
                            + " calls, the longest: " + where
                            + ". This connection gets no more calls until one ends; deliveries wait. Tell the plugin's"
                            + " author where it hangs; a corrected version, or a restart of the hub, ends it.",
                    "Plugin " + jar.id() + " " + jar.version() + " gibt " + calls.size()
                            + " Aufrufe nicht frei, der längste: " + where
                            + ". Diese Verbindung bekommt keine Aufrufe mehr, bis einer endet; Zustellungen warten. Dem"
                            + " Autor des Plugins die Stelle nennen; eine berichtigte Version oder ein Neustart des Hubs"
                            + " beendet das."));
        }
        int most = surroundings.plugins.mostThreads();
        if (plugin.threads() > most) {
            return Optional.of(new Reason(
                    "plugin.threads",
                    "Plugin " + jar.id() + " " + jar.version() + " has " + plugin.threads() + " threads of its own; "
                            + most + " are allowed. Its connections get no more calls until there are fewer; deliveries"
                            + " wait. Ask the plugin's author, or raise plugins.threads.",
                    "Plugin " + jar.id() + " " + jar.version() + " hat " + plugin.threads()
                            + " eigene Threads; erlaubt sind "
                            + most + ". Seine Verbindungen bekommen keine Aufrufe mehr, bis es weniger sind;"
                            + " Zustellungen warten. Den Autor des Plugins fragen oder plugins.threads erhöhen."));
        }
        return Optional.empty();
    }

    private String label(String what) {
        return municipality + "/" + name() + (what.isEmpty() ? "" : " " + what);
    }

    /**
     * Brings one delivery out. It never throws: whatever the connector throws becomes {@code Unknown}, and a connector that is not there
     * or cannot be opened has sent nothing.
     */
    public DeliveryResult deliver(Delivery delivery) {
        try {
            return checked(this.<@Nullable DeliveryResult>use(
                    "deliver",
                    book(),
                    connector -> connector instanceof Sink sink
                            ? HeldReceipts.of(sink.deliver(HubSide.delivery(delivery)))
                            : new DeliveryResult.NotSent("plugin.no-sink: the connector carries nothing out", SOON)));
        } catch (NotOpen e) {
            return notSent(e);
        } catch (ConnectorFailed e) {
            LOG.warn(
                    "{} of {}: attempt {} of delivery {} ended with {}",
                    name(),
                    municipality,
                    delivery.attempt(),
                    delivery.id(),
                    e.getMessage());
            return unknown(e);
        }
    }

    /** Whether first attempts may be handed over together. Asking opens nothing. */
    public boolean takesBatches() {
        var offer = offer();
        var open = opened;
        return offer.isPresent()
                && open != null
                && open.isOf(offer.get())
                && open.connector instanceof BatchSink
                && !waits.instant().isBefore(eachAlone);
    }

    /**
     * Brings several out in one call. Never throws, like {@link #deliver(Delivery)}; where its connector takes none together, each is
     * brought out for itself.
     *
     * @param batch at least one
     * @return of each what is known of it, in their order
     */
    public List<DeliveryResult> deliver(List<Delivery> batch) {
        try {
            var together = use(
                    "deliver",
                    book(),
                    connector -> connector instanceof BatchSink sink
                            ? Optional.of(held(
                                    sink.deliver(batch.stream()
                                            .map(HubSide::delivery)
                                            .toList()),
                                    batch.size()))
                            : Optional.<List<DeliveryResult>>empty());
            var results = together.isPresent()
                    ? together.get()
                    : batch.stream().map(this::deliver).toList();
            if (results.stream().anyMatch(Connection::isUnknown)) {
                eachAlone = waits.instant().plus(ALONE);
            }
            return results;
        } catch (NotOpen e) {
            return Collections.nCopies(batch.size(), notSent(e));
        } catch (ConnectorFailed e) {
            eachAlone = waits.instant().plus(ALONE);
            LOG.warn(
                    "{} of {}: the first attempts of deliveries {} together ended with {}",
                    name(),
                    municipality,
                    batch.stream().map(Delivery::id).toList(),
                    e.getMessage());
            return Collections.nCopies(batch.size(), unknown(e));
        }
    }

    private static DeliveryResult notSent(NotOpen why) {
        return new DeliveryResult.NotSent(why.reason.code() + ": " + why.reason.english(), why.retryAfter);
    }

    private static DeliveryResult unknown(ConnectorFailed why) {
        return new DeliveryResult.Unknown(why.getMessage() == null ? why.code() : why.getMessage());
    }

    private static boolean isUnknown(DeliveryResult result) {
        return result instanceof DeliveryResult.Unknown
                || result instanceof DeliveryResult.WithReceipts with && isUnknown(with.result());
    }

    /** The list is the plugin's own: it is gone through while its call lasts. */
    private static List<DeliveryResult> held(@Nullable List<@Nullable DeliveryResult> given, int asked) {
        var results = new ArrayList<DeliveryResult>();
        if (given != null) {
            for (var result : given) {
                results.add(checked(result == null ? null : HeldReceipts.of(result)));
            }
        }
        return results.size() == asked
                ? List.copyOf(results)
                : Collections.nCopies(
                        asked,
                        new DeliveryResult.Unknown("plugin.no-result: the connector gave another number of results"));
    }

    /** Asks whether a delivery has arrived; empty if the connector cannot ask. It never throws, like {@link #deliver}. */
    public Optional<DeliveryResult> probe(Delivery delivery) {
        try {
            return use(
                            "probe",
                            book(),
                            connector -> connector instanceof Probe probe
                                    ? Optional.ofNullable(HeldReceipts.of(probe.probe(HubSide.delivery(delivery))))
                                    : Optional.<DeliveryResult>empty())
                    .map(Connection::checked);
        } catch (NotOpen e) {
            // Not NotSent: an earlier attempt may have arrived, and nobody has asked.
            return Optional.of(new DeliveryResult.Unknown(e.reason.code() + ": " + e.reason.english()));
        } catch (ConnectorFailed e) {
            return Optional.of(unknown(e));
        }
    }

    /**
     * True if it is worth polling: its connector is a source, or has an incoming channel and has not been opened yet. Asking opens
     * nothing.
     */
    public boolean isSource() {
        var offer = offer();
        var open = opened;
        if (offer.isPresent() && open != null && open.isOf(offer.get())) {
            return open.connector instanceof Source;
        }
        return offer.isPresent()
                && offer.get().descriptor().channels().stream()
                        .anyMatch(channel -> channel.direction() == Channel.Direction.IN);
    }

    /**
     * Asks the source for messages; does nothing if the connector is no source, or while another poll of this connection still runs,
     * even if that one runs in an older version of the plugin.
     *
     * @throws ConnectorFailed if the connector is not there, cannot be opened or throws
     */
    public void poll(Inbox inbox) throws ConnectorFailed {
        if (!polling.compareAndSet(false, true)) {
            if (givenUpPoll) {
                throw new ConnectorFailed("plugin.still-polling", "a poll that was given up still runs");
            }
            return;
        }
        var book = new PollBook();
        try (var lent = new HubSide.Lent(inbox, bytes -> meter.add(-bytes))) {
            use("poll", book, connector -> {
                if (connector instanceof Source source) {
                    source.poll(lent);
                }
                return true;
            });
            if (lent.flooded()) {
                throw new ConnectorFailed("plugin.flood", "it does not stop to hand over; the rest was not taken");
            }
        } catch (NotOpen e) {
            throw new ConnectorFailed(e.reason.code(), e.reason.english());
        } finally {
            book.left();
        }
    }

    /** A poll that was given up keeps others out until it has ended. */
    private final class PollBook implements Crew.Book {

        private boolean runsOn;

        @Override
        public void allocated(long bytes) {
            meter.add(bytes);
        }

        @Override
        public synchronized void givenUp() {
            runsOn = true;
            givenUpPoll = true;
        }

        @Override
        public synchronized void ended() {
            runsOn = false;
            left();
        }

        synchronized void left() {
            if (!runsOn) {
                givenUpPoll = false;
                polling.set(false);
            }
        }
    }

    private Crew.Book book() {
        return new Crew.Book() {
            @Override
            public void allocated(long bytes) {
                meter.add(bytes);
            }

            @Override
            public void givenUp() {}

            @Override
            public void ended() {}
        };
    }

    /**
     * Hands a request to the receiver; empty if the connector is none.
     *
     * @throws ConnectorFailed if the connector is not there, cannot be opened or throws
     */
    public Optional<Receiver.Answer> receive(Receiver.Request request, Inbox inbox) throws ConnectorFailed {
        if (pushes.incrementAndGet() > places()) {
            pushes.decrementAndGet();
            throw new ConnectorFailed("plugin.busy", "as many pushes as may be are being taken already");
        }
        try (var lent = new HubSide.Lent(inbox, bytes -> meter.add(-bytes))) {
            return use(
                    "receive",
                    book(),
                    connector -> connector instanceof Receiver receiver
                            ? Optional.of(receiver.receive(HubSide.request(request), lent))
                            : Optional.<Receiver.Answer>empty());
        } catch (NotOpen e) {
            throw new ConnectorFailed(e.reason.code(), e.reason.english());
        } finally {
            pushes.decrementAndGet();
        }
    }

    /** Lets go of a plugin version nobody is inside of any more, so that its classes can be collected. */
    synchronized void forget(LoadedPlugin plugin) {
        var open = opened;
        if (open != null && open.plugin == plugin) {
            opened = null;
        }
        var failed = failure;
        if (failed != null && failed.plugin == plugin) {
            failure = null;
        }
    }

    private <T> T use(String what, Crew.Book book, Use<T> use) throws NotOpen, ConnectorFailed {
        while (true) {
            var begun = System.nanoTime();
            var offer = offer().orElseThrow(() -> new NotOpen(waiting(), SOON));
            var plugin = offer.plugin();
            var isolated = isolated(plugin);
            if (isolated.isPresent()) {
                throw new NotOpen(isolated.get(), SOON);
            }
            if (!plugin.enter()) {
                // It has just been replaced. Its successor, or none, is published before it ends: the next look finds
                // it.
                Thread.onSpinWait();
                continue;
            }
            boolean well = false;
            try {
                var connector = open(offer);
                var answer = plugin.crew()
                        .call(
                                label(what),
                                config.bounds().timeLimit(),
                                book,
                                () -> use.with(connector),
                                late -> LOG.info("{}: a call that was given up has ended", label(what)));
                well = isWell(answer);
                return answer;
            } finally {
                plugin.tally().add(well, System.nanoTime() - begun);
                plugin.leave();
            }
        }
    }

    /** Whether an answer, or all of a batch, speaks for the version that gave it; that a target is not there speaks against none. */
    private static boolean isWell(@Nullable Object answer) {
        var said = answer instanceof Optional<?> optional ? optional.orElse(null) : answer;
        return said instanceof List<?> batch
                ? batch.stream().allMatch(Connection::isWell)
                : !(said instanceof DeliveryResult.Unknown) && !(said instanceof DeliveryResult.Rejected);
    }

    /** Holding this connection's lock while it opens keeps other callers of the same connection waiting, and only those. */
    private synchronized Connector open(Offer offer) throws NotOpen {
        var open = opened;
        if (open != null && open.isOf(offer)) {
            return open.connector;
        }
        var now = waits.instant();
        var failed = failure;
        int times = 0;
        if (failed != null && failed.isOf(offer)) {
            if (now.isBefore(failed.again)) {
                throw new NotOpen(failed.reason, longer(SOON, Duration.between(now, failed.again)));
            }
            times = failed.times;
        }
        var problems = SettingsReason.of(offer, config, surroundings.home);
        if (problems.isPresent()) {
            throw new NotOpen(problems.get(), SOON);
        }
        try {
            var connector = create(offer);
            offer.plugin().opened(connector);
            opened = new Opened(offer.plugin(), connector);
            failure = null;
            return connector;
        } catch (ConnectorFailed e) {
            var wait = backoff(times);
            var reason = cannotOpen(e);
            failure = new Failure(offer.plugin(), reason, times + 1, now.plus(wait));
            LOG.warn("{} of {} cannot be opened, next try in {}: {}", name(), municipality, wait, reason.english());
            throw new NotOpen(reason, wait);
        }
    }

    private Connector create(Offer offer) throws ConnectorFailed {
        var hub = new Context(config.name(), municipality, surroundings.clock, directory());
        var settings = new SettingValues(offer.descriptor(), config.settings(), surroundings.home);
        var connector = offer.plugin()
                .crew()
                .<@Nullable Connector>call(
                        label("open"),
                        Calls.LIMIT,
                        book(),
                        () -> offer.factory().create(settings, hub),
                        Connection::tooLate);
        if (connector == null) {
            throw new ConnectorFailed("plugin.no-connector", "the factory gave no connector");
        }
        return connector;
    }

    /** A connector that came after the time was up: nobody will use it. It is closed on the thread that made it. */
    static void tooLate(@Nullable Connector connector) {
        try {
            if (connector != null) {
                Calls.inside(connector.getClass().getClassLoader(), () -> {
                    connector.close();
                    return true;
                });
            }
        } catch (ConnectorFailed e) {
            LOG.warn("a connector that opened too late could not be closed: {}", e.getMessage());
        }
    }

    private Path directory() throws ConnectorFailed {
        var directory =
                surroundings.data.resolve("connections").resolve(municipality).resolve(name());
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new ConnectorFailed(
                    "plugin.directory",
                    "no folder for the connection: " + e.getClass().getName());
        }
    }

    record Context(String connection, String municipality, Clock clock, Path directory) implements HubContext {}

    private Reason waiting() {
        var versions = surroundings.plugins.versionsOf(connector());
        if (config.version().isPresent() && !versions.isEmpty()) {
            var range = config.version().get();
            return new Reason(
                    "plugin.version",
                    "The connection asks for version " + range + " of '" + connector() + "'; there are: " + versions
                            + ". Drop a jar of such a version, or change the connection's line 'version'.",
                    "Die Verbindung verlangt Version " + range + " von „" + connector() + "“; vorhanden sind: "
                            + versions + ". Ein Archiv mit so einer Version ablegen oder die Zeile „version“ der"
                            + " Verbindung ändern.");
        }
        var offered = surroundings.plugins.connectors();
        return new Reason(
                "plugin.waiting",
                "No connector is named '" + connector() + "'. The plugins offer: " + offered,
                "Kein Konnektor heißt „" + connector() + "“. Die Plugins bieten an: " + offered);
    }

    private Reason cannotOpen(ConnectorFailed failed) {
        var said = SettingsReason.clean(config, failed.said());
        var why = String.valueOf(failed.getMessage()) + (said.isEmpty() ? "" : " (" + said + ")");
        return new Reason(
                "plugin.open",
                "The connection cannot be opened: " + why + ". Deliveries wait; the hub tries again.",
                "Die Verbindung kann nicht geöffnet werden: " + why
                        + ". Zustellungen warten; der Hub versucht es wieder.");
    }

    private static Duration backoff(int times) {
        var wait = SOON.multipliedBy(1L << Math.min(times, 10));
        return wait.compareTo(LATEST) < 0 ? wait : LATEST;
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    /** A plugin is not checked by our compiler: its values may be null, or too long. */
    private static DeliveryResult checked(@Nullable DeliveryResult result) {
        if (result == null) {
            return new DeliveryResult.Unknown("plugin.no-result: the connector gave no result");
        }
        if (result instanceof DeliveryResult.WithReceipts with) {
            var inner = with.result() instanceof DeliveryResult.WithReceipts ? null : with.result();
            return new DeliveryResult.WithReceipts(checked(inner), with.receipts());
        }
        if (result instanceof DeliveryResult.Delivered delivered) {
            var reference = orEmpty(delivered.reference());
            return reference.length() <= LONGEST_REFERENCE
                    ? new DeliveryResult.Delivered(reference)
                    : new DeliveryResult.Delivered(reference.substring(0, LONGEST_REFERENCE));
        }
        if (result instanceof DeliveryResult.NotSent notSent) {
            Duration after = notSent.retryAfter();
            return new DeliveryResult.NotSent(orEmpty(notSent.why()), isWait(after) ? after : SOON);
        }
        if (result instanceof DeliveryResult.Rejected rejected) {
            return new DeliveryResult.Rejected(orEmpty(rejected.reason()));
        }
        return result;
    }

    private static boolean isWait(@Nullable Duration wait) {
        return wait != null && !wait.isNegative();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    @Override
    public String toString() {
        return "Connection[" + municipality + ", " + name() + ", " + connector() + "]";
    }
}
