package de.stellwerk.hub.plugin;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The one place where the hub steps into a plugin's code, and out of it again. */
final class Calls {

    /** What opening, describing and closing may take; anything longer is taken for hanging. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    interface Call<T> {
        T run() throws Exception;
    }

    private Calls() {}

    /**
     * Runs a plugin's code with the plugin's class loader as the thread's context class loader.
     *
     * @throws ConnectorFailed for whatever the plugin throws, errors included: a StackOverflowError or LinkageError of a plugin is not
     *     one of the hub
     */
    static <T> T inside(ClassLoader loader, Call<T> call) throws ConnectorFailed {
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return call.run();
        } catch (InterruptedException e) {
            thread.interrupt();
            throw ConnectorFailed.threw(e);
        } catch (Throwable e) {
            throw ConnectorFailed.threw(e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Runs hub code that a plugin has called, with the hub's class loader. */
    static <T> T outside(Call<T> call) throws Exception {
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        thread.setContextClassLoader(Calls.class.getClassLoader());
        try {
            return call.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /**
     * The same on a thread of its own, for at most {@link #LIMIT}.
     *
     * @param name the thread's name
     * @param late gets a result that came when nobody was waiting any more
     */
    static <T> T bounded(String name, ClassLoader loader, Call<T> call, Consumer<T> late) throws ConnectorFailed {
        var result = new CompletableFuture<T>();
        // Inheritable thread locals stay behind: they would tie the hub to the plugin and the plugin to the hub.
        var thread = new Thread(
                null,
                () -> {
                    try {
                        var value = inside(loader, call);
                        if (!result.complete(value)) {
                            late.accept(value);
                        }
                    } catch (ConnectorFailed e) {
                        result.completeExceptionally(e);
                    }
                },
                name,
                0,
                false);
        thread.setDaemon(true);
        thread.start();
        try {
            return result.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            var hangs = new ConnectorFailed(
                    "plugin.hangs", "no answer within " + LIMIT.toSeconds() + " s (thread " + name + ")");
            giveUp(result, thread, hangs, late);
            throw hangs;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var interrupted = new ConnectorFailed("plugin.interrupted", "the hub is stopping");
            giveUp(result, thread, interrupted, late);
            throw interrupted;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ConnectorFailed failed) {
                throw failed;
            }
            throw ConnectorFailed.threw(e);
        }
    }

    private static <T> void giveUp(CompletableFuture<T> result, Thread thread, ConnectorFailed why, Consumer<T> late) {
        if (!result.completeExceptionally(why) && !result.isCompletedExceptionally()) {
            late.accept(result.join()); // it came in the very last moment
        }
        thread.interrupt();
    }
}
