package de.stellwerk.hub.plugin;

import java.time.Duration;

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
}
