package de.stellwerk.hub.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * CPU seconds used so far, as Linux counts them.
 *
 * @param nanos when it was read
 * @param hub of the hub's process; 0 if there is none
 * @param compiler of that, what its JIT compiler used
 * @param postgres of the database server and all its processes, ended ones included
 * @param own of the bench itself: load and receivers
 * @param all of everything on the machine
 */
record Machine(long nanos, double hub, double compiler, double postgres, double own, double all) {

    /** The kernel's unit for user space: always a hundredth of a second on the platforms the private database runs on. */
    private static final double TICKS = 100;

    private static final Path PROC = Path.of("/proc");

    static Machine read(Optional<ProcessHandle> hub, Optional<ProcessHandle> postmaster) {
        var database = postmaster.map(server -> {
            var stat = stat(PROC.resolve(String.valueOf(server.pid())));
            // Its own, and of its children that have ended.
            var sum = ticks(stat, 11, 15);
            for (var child : server.children().toList()) {
                sum += ticks(stat(PROC.resolve(String.valueOf(child.pid()))), 11, 13);
            }
            return sum;
        });
        return new Machine(
                System.nanoTime(),
                hub.map(process -> ticks(stat(PROC.resolve(String.valueOf(process.pid()))), 11, 13))
                        .orElse(0.0),
                hub.map(Machine::compiler).orElse(0.0),
                database.orElse(0.0),
                ticks(stat(PROC.resolve("self")), 11, 13),
                busySoFar());
    }

    Machine since(Machine before) {
        return new Machine(
                nanos - before.nanos,
                hub - before.hub,
                Math.max(0, compiler - before.compiler),
                postgres - before.postgres,
                own - before.own,
                all - before.all);
    }

    /** The share of the whole machine that others had, from 0 to 1; only of a difference. */
    double others() {
        var possible = nanos / 1e9 * Runtime.getRuntime().availableProcessors();
        return Math.max(0, (all - hub - postgres - own) / possible);
    }

    /** The share of the whole machine that was busy; only of a difference. */
    double busy() {
        return all / (nanos / 1e9 * Runtime.getRuntime().availableProcessors());
    }

    /** The fields after the name, which may hold anything; the state is number 0. */
    private static String[] stat(Path process) {
        try {
            var text = Files.readString(process.resolve("stat"));
            return text.substring(text.lastIndexOf(')') + 2).split(" ");
        } catch (IOException e) {
            return new String[0]; // it has ended in between
        }
    }

    /** Its threads end when they have nothing to do; what an ended one has used is left out. */
    private static double compiler(ProcessHandle process) {
        var sum = 0.0;
        try (var threads = Files.newDirectoryStream(PROC.resolve(process.pid() + "/task"))) {
            for (var thread : threads) {
                if (Files.readString(thread.resolve("comm")).contains(" CompilerThre")) {
                    sum += ticks(stat(thread), 11, 13);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return sum; // it has ended in between
        }
        return sum;
    }

    private static double ticks(String[] stat, int from, int to) {
        var sum = 0L;
        for (var i = from; i < to && i < stat.length; i++) {
            sum += Long.parseLong(stat[i]);
        }
        return sum / TICKS;
    }

    private static double busySoFar() {
        try {
            var cpu = Files.readAllLines(PROC.resolve("stat")).get(0).split(" +");
            // user, nice, system, irq, softirq, steal; not idle and waiting for the disk.
            return (number(cpu[1]) + number(cpu[2]) + number(cpu[3]) + number(cpu[6]) + number(cpu[7]) + number(cpu[8]))
                    / TICKS;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long number(String text) {
        return Long.parseLong(text);
    }

    /** Memory that the process has in RAM, in MiB. */
    static double residentMiB(ProcessHandle process) {
        try {
            for (var line : Files.readAllLines(PROC.resolve(process.pid() + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
                }
            }
        } catch (IOException e) {
            // it has ended
        }
        return 0;
    }
}
