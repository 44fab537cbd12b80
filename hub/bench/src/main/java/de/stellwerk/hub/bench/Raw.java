package de.stellwerk.hub.bench;

/**
 * What a part alone can do.
 *
 * @param threads how many at the same time
 * @param others share of the machine that other programs had, from 0 to 1
 */
record Raw(String name, int threads, double perSecond, double others) {}
