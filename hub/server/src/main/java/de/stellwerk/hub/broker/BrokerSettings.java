package de.stellwerk.hub.broker;

import de.stellwerk.hub.config.BrokerConfig;
import de.stellwerk.hub.config.BrokerConfig.Door;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.invm.TransportConstants;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.settings.impl.DiskFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.PageFullMessagePolicy;

/**
 * What the broker is told, and the check that it listened.
 *
 * <p>By default Artemis deletes poison and expired messages, takes messages for addresses nobody reads, and makes queues
 * on demand. All that is turned off here, and read back from the running broker: settings may also come from its own
 * stored bindings and from system properties.
 */
final class BrokerSettings {
    static final String DEAD_LETTERS = "dead-letters";
    static final String EXPIRED = "expired";
    private static final String NEWS = "activemq.notifications";
    static final String HUB_ROLE = "hub";

    /** The longest line of bundles of ids; what does not fit is published again by the sweeper when there is room. */
    static final long LANE_IDS = 100_000;

    private static final long LANE_BYTES = 256L << 20;
    private static final long DOOR_MEMORY = 16L << 20;

    /** A local system that only sends and is never read must not fill the disk of all others. */
    private static final long DOOR_DISK = 2L << 30;

    private static final int JOURNAL_BUFFER_NANOS = 200_000;
    private static final int FULLEST_DISK_PERCENT = 95;
    private static final Pattern QUEUE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
    private static final Set<String> OWN_QUEUES =
            Set.of(DEAD_LETTERS, EXPIRED, Lane.ROUTE.queue(), Lane.DELIVERY.queue());

    private final BrokerConfig config;
    private final Path folder;
    private final int serverId;

    BrokerSettings(BrokerConfig config, Path folder, int serverId) {
        this.config = config;
        this.folder = folder;
        this.serverId = serverId;
        checkDoors();
    }

    /** A wrong name here would be a hole: '#' is a pattern for all queues, and '.' separates its words. */
    private void checkDoors() {
        List<String> wrong = new ArrayList<>();
        Map<String, String> passwords = new HashMap<>();
        Map<String, Door> queues = new HashMap<>();
        for (Door door : config.doors()) {
            if (!QUEUE.matcher(door.queue()).matches()) {
                wrong.add("the queue '" + door.queue() + "' may hold letters, digits, '.', '_' and '-' only");
            }
            if (OWN_QUEUES.contains(door.queue()) || door.queue().startsWith("activemq.")) {
                wrong.add("the queue '" + door.queue() + "' is the broker's own");
            }
            if (queues.put(door.queue(), door) != null) {
                wrong.add("the queue '" + door.queue() + "' is named twice");
            }
            if (door.user().isBlank() || door.password().isBlank()) {
                wrong.add("the queue '" + door.queue() + "' needs a user and a password");
            }
            String other = passwords.putIfAbsent(door.user(), door.password());
            if (other != null && !other.equals(door.password())) {
                wrong.add("the user of the queue '" + door.queue() + "' has another password at another queue");
            }
        }
        if (!wrong.isEmpty()) {
            throw new BrokerFailure(
                    "broker.doors",
                    String.join("; ", wrong) + ". Nothing was started. Correct broker.doors in hub.yaml.");
        }
    }

    Configuration configuration() {
        ConfigurationImpl told = new ConfigurationImpl();
        told.setName("stellwerk");
        told.setBindingsDirectory(folder.resolve("bindings").toString());
        told.setJournalDirectory(folder.resolve("journal").toString());
        told.setLargeMessagesDirectory(folder.resolve("large-messages").toString());
        told.setPagingDirectory(folder.resolve("paging").toString());
        told.setPersistenceEnabled(true);
        // NIO needs no native library. The buffer collects writes for one sync; the default of 3.3 ms makes every
        // single durable send wait that long.
        told.setJournalType(JournalType.NIO);
        told.setJournalBufferTimeout_NIO(JOURNAL_BUFFER_NANOS);
        told.setJournalSyncTransactional(true);
        told.setJournalSyncNonTransactional(true);
        told.setJournalDatasync(true);
        told.setMaxDiskUsage(FULLEST_DISK_PERCENT);
        // Artemis waits for ever for a folder another broker has; a hub that says why is better.
        told.setJournalLockAcquisitionTimeout(2_000);
        told.setSecurityEnabled(true);
        told.setPopulateValidatedUser(true);
        told.setRejectEmptyValidatedUser(true);
        told.setJMXManagementEnabled(false);
        told.setMessageCounterEnabled(false);
        told.setWildcardRoutingEnabled(false);
        told.setPersistIDCache(false);
        told.setMessageExpiryScanPeriod(5_000);
        told.setGracefulShutdownEnabled(false);
        told.setAddressSettings(addressSettings());
        told.setSecurityRoles(roles());
        addQueues(told);
        addAcceptors(told);
        return told;
    }

    private Map<String, AddressSettings> addressSettings() {
        Map<String, AddressSettings> settings = new HashMap<>();
        settings.put("#", elsewhere());
        // The broker's own news, which nobody reads, would fill the dead letters.
        settings.put(NEWS, elsewhere().setSendToDLAOnNoRoute(false));
        for (Lane lane : Lane.values()) {
            settings.put(
                    lane.queue(),
                    careful()
                            .setAddressFullMessagePolicy(AddressFullMessagePolicy.FAIL)
                            .setMaxSizeMessages(LANE_IDS)
                            .setMaxSizeBytes(LANE_BYTES));
        }
        for (Door door : config.doors()) {
            settings.put(
                    door.queue(),
                    careful()
                            .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
                            .setPageLimitBytes(DOOR_DISK)
                            .setPageFullMessagePolicy(PageFullMessagePolicy.FAIL));
        }
        return settings;
    }

    /** What holds for every address that is not named. */
    private static AddressSettings elsewhere() {
        return careful().setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE);
    }

    /** Complete for each address: a more special match may not leave a hole by not saying something. */
    @SuppressWarnings("deprecation") // the JMS switches are old, but still obeyed
    private static AddressSettings careful() {
        return new AddressSettings()
                .setDeadLetterAddress(SimpleString.of(DEAD_LETTERS))
                .setExpiryAddress(SimpleString.of(EXPIRED))
                .setSendToDLAOnNoRoute(true)
                .setAutoCreateQueues(false)
                .setAutoDeleteQueues(false)
                .setAutoDeleteCreatedQueues(false)
                .setAutoCreateAddresses(false)
                .setAutoDeleteAddresses(false)
                .setAutoCreateJmsQueues(false)
                .setAutoDeleteJmsQueues(false)
                .setAutoCreateJmsTopics(false)
                .setAutoDeleteJmsTopics(false)
                .setAutoCreateDeadLetterResources(false)
                .setAutoCreateExpiryResources(false)
                .setDefaultAddressRoutingType(RoutingType.ANYCAST)
                .setDefaultQueueRoutingType(RoutingType.ANYCAST)
                .setMaxSizeBytes(DOOR_MEMORY)
                .setPageSizeBytes((int) (DOOR_MEMORY / 4))
                .setDiskFullMessagePolicy(DiskFullMessagePolicy.FAIL)
                // A second message with the same duplicate id is swallowed without a word; the hub looks for
                // duplicates itself, and tells.
                .setIDCacheSize(0)
                .setMaxDeliveryAttempts(10)
                .setRedeliveryDelay(1_000)
                .setRedeliveryMultiplier(2)
                .setMaxRedeliveryDelay(60_000);
    }

    private Map<String, Set<Role>> roles() {
        Map<String, Set<Role>> roles = new HashMap<>();
        // Rights are not inherited: the most special match replaces all others.
        roles.put("#", hubOnly());
        for (Door door : config.doors()) {
            roles.put(door.queue(), Set.of(role(HUB_ROLE, true), role(roleOf(door), false)));
        }
        return roles;
    }

    private static Set<Role> hubOnly() {
        return Set.of(role(HUB_ROLE, true));
    }

    static String roleOf(Door door) {
        return "door " + door.queue();
    }

    private static Role role(String name, boolean browse) {
        boolean send = true;
        boolean consume = true;
        return new Role(name, send, consume, false, false, false, false, false, browse, false, false, false, false);
    }

    private void addQueues(Configuration told) {
        List<String> durable = new ArrayList<>(List.of(DEAD_LETTERS, EXPIRED));
        config.doors().forEach(door -> durable.add(door.queue()));
        durable.forEach(name -> addQueue(told, name, true));
        for (Lane lane : Lane.values()) {
            addQueue(told, lane.queue(), false);
        }
    }

    private static void addQueue(Configuration told, String name, boolean durable) {
        told.addAddressConfiguration(new CoreAddressConfiguration()
                .setName(name)
                .addRoutingType(RoutingType.ANYCAST)
                .addQueueConfig(QueueConfiguration.of(name)
                        .setAddress(name)
                        .setRoutingType(RoutingType.ANYCAST)
                        .setDurable(durable)
                        .setAutoDelete(false)));
    }

    private void addAcceptors(Configuration told) {
        told.addAcceptorConfiguration(new TransportConfiguration(
                InVMAcceptorFactory.class.getName(), Map.of(TransportConstants.SERVER_ID_PROP_NAME, serverId), "hub"));
        if (config.port() > 0) {
            told.addAcceptorConfiguration(new TransportConfiguration(
                    NettyAcceptorFactory.class.getName(),
                    Map.of(
                            "host",
                            config.address(),
                            "port",
                            config.port(),
                            "protocols",
                            "CORE",
                            "quietPeriod",
                            0,
                            "shutdownTimeout",
                            1),
                    "doors"));
        }
    }

    /** Compares what is in force with what was told; the differences, in words. */
    List<String> differences(ActiveMQServer server) {
        List<String> wrong = new ArrayList<>();
        Configuration now = server.getConfiguration();
        same(wrong, "persistence", true, now.isPersistenceEnabled());
        same(wrong, "journal type", JournalType.NIO, now.getJournalType());
        same(wrong, "journal buffer time-out", JOURNAL_BUFFER_NANOS, now.getJournalBufferTimeout_NIO());
        same(wrong, "sync of transactions", true, now.isJournalSyncTransactional());
        same(wrong, "sync outside transactions", true, now.isJournalSyncNonTransactional());
        same(wrong, "data sync", true, now.isJournalDatasync());
        same(wrong, "fullest disk", FULLEST_DISK_PERCENT, now.getMaxDiskUsage());
        same(wrong, "security", true, now.isSecurityEnabled());
        same(wrong, "security in force", true, server.getSecurityStore().isSecurityEnabled());
        same(wrong, "JMX", false, now.isJMXManagementEnabled());
        same(
                wrong,
                "acceptors",
                config.port() > 0 ? 2 : 1,
                now.getAcceptorConfigurations().size());
        addressSettings().forEach((match, told) -> compare(wrong, server, asked(match), told));
        compare(wrong, server, DEAD_LETTERS, elsewhere());
        compare(wrong, server, EXPIRED, elsewhere());
        roles().forEach((match, told) -> compare(wrong, server, asked(match), told));
        OWN_QUEUES.forEach(name -> compare(wrong, server, name, hubOnly()));
        config.doors().forEach(door -> hasQueue(wrong, server, door.queue()));
        OWN_QUEUES.forEach(name -> hasQueue(wrong, server, name));
        return wrong;
    }

    /** '#' is asked with a name nobody has. */
    private static String asked(String match) {
        return match.equals("#") ? "no.such.address" : match;
    }

    private static void compare(List<String> wrong, ActiveMQServer server, String address, Set<Role> told) {
        same(wrong, address + ": roles", told, server.getSecurityRepository().getMatch(address));
    }

    private static void hasQueue(List<String> wrong, ActiveMQServer server, String name) {
        Queue queue = server.locateQueue(SimpleString.of(name));
        if (queue == null) {
            wrong.add(name + ": there is no such queue");
        } else {
            same(wrong, name + ": routing", RoutingType.ANYCAST, queue.getRoutingType());
        }
    }

    @SuppressWarnings("deprecation") // see careful()
    private static void compare(List<String> wrong, ActiveMQServer server, String address, AddressSettings told) {
        AddressSettings now = server.getAddressSettingsRepository().getMatch(address);
        same(wrong, address + ": dead letters go to", told.getDeadLetterAddress(), now.getDeadLetterAddress());
        same(wrong, address + ": expired go to", told.getExpiryAddress(), now.getExpiryAddress());
        same(
                wrong,
                address + ": no route goes to dead letters",
                told.isSendToDLAOnNoRoute(),
                now.isSendToDLAOnNoRoute());
        same(wrong, address + ": creates queues", false, now.isAutoCreateQueues() || now.isAutoCreateJmsQueues());
        same(wrong, address + ": deletes queues", false, now.isAutoDeleteQueues() || now.isAutoDeleteJmsQueues());
        same(wrong, address + ": deletes created queues", false, now.isAutoDeleteCreatedQueues());
        same(wrong, address + ": creates addresses", false, now.isAutoCreateAddresses() || now.isAutoCreateJmsTopics());
        same(wrong, address + ": deletes addresses", false, now.isAutoDeleteAddresses() || now.isAutoDeleteJmsTopics());
        same(wrong, address + ": when full", told.getAddressFullMessagePolicy(), now.getAddressFullMessagePolicy());
        same(wrong, address + ": when paging is full", told.getPageFullMessagePolicy(), now.getPageFullMessagePolicy());
        same(wrong, address + ": when the disk is full", DiskFullMessagePolicy.FAIL, now.getDiskFullMessagePolicy());
        same(wrong, address + ": bytes", told.getMaxSizeBytes(), now.getMaxSizeBytes());
        same(wrong, address + ": messages", told.getMaxSizeMessages(), now.getMaxSizeMessages());
        same(wrong, address + ": swallows duplicate ids", told.getIDCacheSize(), now.getIDCacheSize());
    }

    private static void same(List<String> wrong, String what, Object told, Object now) {
        if (!Objects.equals(told, now)) {
            wrong.add(what + " is " + now + " and must be " + told);
        }
    }
}
