package de.stellwerk.samples.crash;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** Which hub is killed where, and in which order. The same seed makes the same plan. */
final class Matrix {

    /** A point that is passed only by a hub that finds what a killed one left: it comes after such a kill. */
    private static final String TAKEOVER = "TAKEOVER_CLAIMED";

    private static final String LEAVES_SOMETHING = "DELIVERY_ANSWERED";
    private static final Set<String> RARE =
            Set.of(TAKEOVER, "CONTENT_WRITTEN", "CONTENT_FORCED", "CONTENT_RENAMED", "CONTENT_KEPT");
    private static final int LATEST = 3;

    private final List<String> points;
    private final List<Channel> channels;
    private final Random random;

    /**
     * One kill that is planned.
     *
     * @param channel empty of meaning for kills at any time: all channels send then
     */
    record Try(Kill.How how, String point, Channel channel, int nth) {}

    Matrix(List<String> points, List<Channel> channels, long seed) {
        this.points = points;
        this.channels = channels;
        this.random = new Random(seed);
    }

    /** Points of the plugins' life are passed by a swap, all others by a message. */
    static boolean ofASwap(String point) {
        return point.startsWith("PLUGIN_");
    }

    /** What no channel and no swap comes to: such a point would never be tried. */
    List<String> passedByNobody() {
        return points.stream()
                .filter(point -> !ofASwap(point) && channels.stream().noneMatch(channel -> channel.passes(point)))
                .toList();
    }

    /** Every point on the one channel that passes most of them, then one point on each other channel; swaps in between. */
    List<Try> everyPointOnceAndEveryChannelOnce() {
        var widest = channels.stream()
                .max(Comparator.comparingLong(channel -> points.stream()
                        .filter(point -> !ofASwap(point) && channel.passes(point))
                        .count()))
                .orElseThrow();
        var tries = new ArrayList<Try>();
        for (var point : points) {
            if (ofASwap(point)) {
                tries.add(swap(point, widest));
            } else {
                channels.stream()
                        .filter(channel -> channel.equals(widest) || !widest.passes(point))
                        .filter(channel -> channel.passes(point))
                        .findFirst()
                        .ifPresent(channel -> tries.addAll(at(point, channel)));
            }
        }
        for (var channel : channels) {
            if (tries.stream().noneMatch(each -> each.channel().equals(channel))) {
                var passed = points.stream()
                        .filter(point -> !ofASwap(point) && !RARE.contains(point) && channel.passes(point))
                        .toList();
                tries.addAll(at(passed.get(random.nextInt(passed.size())), channel));
            }
        }
        return List.copyOf(tries);
    }

    /** Every point on every channel that passes it. */
    List<Try> everyPointOnEveryChannel() {
        var tries = new ArrayList<Try>();
        for (var channel : channels) {
            for (var point : points) {
                if (!ofASwap(point) && channel.passes(point)) {
                    tries.addAll(at(point, channel));
                }
            }
        }
        points.stream().filter(Matrix::ofASwap).forEach(point -> tries.add(swap(point, channels.get(0))));
        return List.copyOf(tries);
    }

    /** So many kills at any time; every third takes the database with it. */
    List<Try> anyTime(int kills) {
        return IntStream.rangeClosed(1, kills)
                .mapToObj(each -> new Try(each % 3 == 0 ? Kill.How.MACHINE : Kill.How.RANDOM, "", channels.get(0), 0))
                .toList();
    }

    /** So many kills as a file is handed over, on channels in turn whose messages come or go as files. */
    List<Try> handOvers(int kills) {
        var ofFiles = channels.stream().filter(Channel::handsOverFiles).toList();
        return IntStream.range(0, kills)
                .mapToObj(each ->
                        new Try(Kill.How.SYSCALL, "", ofFiles.get(each % ofFiles.size()), 1 + random.nextInt(LATEST)))
                .toList();
    }

    /** A little while, for a kill at any time. */
    long pauseMillis() {
        return random.nextInt(700);
    }

    private List<Try> at(String point, Channel channel) {
        var last = new Try(Kill.How.POINT, point, channel, RARE.contains(point) ? 1 : 1 + random.nextInt(LATEST));
        return point.equals(TAKEOVER)
                ? List.of(new Try(Kill.How.POINT, LEAVES_SOMETHING, channel, 1), last)
                : List.of(last);
    }

    private static Try swap(String point, Channel channel) {
        return new Try(Kill.How.SWAP, point, channel, 1);
    }
}
