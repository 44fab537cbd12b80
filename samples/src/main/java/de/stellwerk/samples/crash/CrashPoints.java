package de.stellwerk.samples.crash;

import de.stellwerk.samples.Checkout;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.List;

/** The crash points that the built hub has: asked of the hub itself, so that a new one is tried without a word here. */
final class CrashPoints {

    private CrashPoints() {}

    static List<String> of(Checkout checkout) throws IOException {
        try (var loader = new URLClassLoader(
                new URL[] {checkout.hubJar().toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            return Arrays.stream(loader.loadClass("de.stellwerk.hub.crash.CrashPoint")
                            .getEnumConstants())
                    .map(String::valueOf)
                    .toList();
        } catch (ClassNotFoundException e) {
            throw new IOException("the built hub has no crash points; build it first", e);
        }
    }
}
