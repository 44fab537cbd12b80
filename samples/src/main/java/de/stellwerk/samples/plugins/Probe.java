package de.stellwerk.samples.plugins;

import com.sun.management.UnixOperatingSystemMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.PlatformManagedObject;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Looks into a hub's process from outside, as jconsole does. */
final class Probe implements AutoCloseable {

    /**
     * What it holds after a collection.
     *
     * @param heap bytes in use
     * @param metaspace bytes in use
     * @param outside bytes in use beside the heap: metaspace, class space, compiled code
     * @param resident bytes of memory the process has from the system, stacks included
     */
    record Mark(long heap, long metaspace, long outside, long resident, int threads, long handles, long classes) {

        String inWords() {
            return mib(resident) + " MiB resident, heap " + mib(heap) + " MiB, metaspace " + mib(metaspace) + " MiB, "
                    + classes + " classes, " + threads + " threads, " + handles + " handles";
        }

        private static long mib(long bytes) {
            return bytes >> 20;
        }
    }

    private static final int COLLECTIONS = 6;

    private final Path process;
    private final JMXConnector connector;
    private final MBeanServerConnection server;

    private Probe(long pid, JMXConnector connector) throws IOException {
        this.process = Path.of("/proc", String.valueOf(pid), "status");
        this.connector = connector;
        this.server = connector.getMBeanServerConnection();
    }

    @SuppressWarnings("BanJNDI") // what answers is a process that this one has started, found by its id
    static Probe of(long pid) throws IOException {
        try {
            var machine = VirtualMachine.attach(String.valueOf(pid));
            try {
                return new Probe(
                        pid, JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent())));
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException("cannot look into the process " + pid, e);
        }
    }

    /** Collects until no more classes go, and looks. */
    Mark mark() throws IOException, InterruptedException {
        var memory = bean(ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
        var classes = bean(ManagementFactory.CLASS_LOADING_MXBEAN_NAME, ClassLoadingMXBean.class);
        for (var i = 0; i < COLLECTIONS; i++) {
            memory.gc();
            // Cleaners and reference queues need a moment between two collections.
            TimeUnit.MILLISECONDS.sleep(300);
        }
        return new Mark(
                memory.getHeapMemoryUsage().getUsed(),
                metaspace(),
                memory.getNonHeapMemoryUsage().getUsed(),
                resident(),
                bean(ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class).getThreadCount(),
                bean(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME, UnixOperatingSystemMXBean.class)
                        .getOpenFileDescriptorCount(),
                classes.getLoadedClassCount());
    }

    private long metaspace() throws IOException {
        return bean(ManagementFactory.MEMORY_POOL_MXBEAN_DOMAIN_TYPE + ",name=Metaspace", MemoryPoolMXBean.class)
                .getUsage()
                .getUsed();
    }

    private long resident() throws IOException {
        for (var line : Files.readAllLines(process)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IOException(process + " does not say how much memory the process has");
    }

    private <T extends PlatformManagedObject> T bean(String name, Class<T> type) throws IOException {
        return ManagementFactory.newPlatformMXBeanProxy(server, name, type);
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
