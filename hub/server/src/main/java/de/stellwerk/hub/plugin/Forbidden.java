package de.stellwerk.hub.plugin;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What has no business in a plugin unless its manifest asks for it; a process is never permitted. */
enum Forbidden {
    PROCESSES("ends or starts processes", "beendet oder startet Prozesse"),
    CLASSES("defines classes", "erzeugt Klassen"),
    GLOBALS("changes what all share", "ändert, was allen gemeinsam ist"),
    NATIVES("uses native code", "verwendet nativen Code"),
    THREADS("makes threads of its own", "erzeugt eigene Threads");

    final String english;
    final String german;

    Forbidden(String english, String german) {
        this.english = english;
        this.german = german;
    }

    /** Its line in the manifest: a list of the packages that may, or {@code *}. */
    String attribute() {
        return "Plugin-Permits-" + name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }

    private static final String MADE = "<init>";
    private static final String ANY = "*";

    private static final Map<String, Map<String, Forbidden>> CALLS = new HashMap<>();

    static {
        PROCESSES.at("java/lang/System", "exit");
        PROCESSES.at("java/lang/Runtime", "exit", "halt", "exec");
        PROCESSES.at("java/lang/ProcessBuilder", ANY);
        PROCESSES.at("java/lang/ProcessHandle", "destroy", "destroyForcibly");
        CLASSES.at("java/lang/ClassLoader", "defineClass", "definePackage");
        CLASSES.at("java/security/SecureClassLoader", "defineClass");
        CLASSES.at("java/net/URLClassLoader", MADE, "newInstance");
        CLASSES.at(
                "java/lang/invoke/MethodHandles$Lookup",
                "defineClass",
                "defineHiddenClass",
                "defineHiddenClassWithClassData");
        CLASSES.at("sun/misc/Unsafe", ANY);
        CLASSES.at("java/lang/instrument/Instrumentation", ANY);
        CLASSES.at("com/sun/tools/attach/VirtualMachine", ANY);
        GLOBALS.at(
                "java/lang/System",
                "setProperty",
                "setProperties",
                "clearProperty",
                "setIn",
                "setOut",
                "setErr",
                "setSecurityManager");
        GLOBALS.at("java/lang/Runtime", "addShutdownHook");
        GLOBALS.at("java/lang/Thread", "setDefaultUncaughtExceptionHandler");
        GLOBALS.at("java/net/URL", "setURLStreamHandlerFactory");
        GLOBALS.at("java/net/URLConnection", "setContentHandlerFactory", "setFileNameMap", "setDefaultUseCaches");
        GLOBALS.at("java/net/Authenticator", "setDefault");
        GLOBALS.at("java/net/CookieHandler", "setDefault");
        GLOBALS.at("java/net/ProxySelector", "setDefault");
        GLOBALS.at("java/net/ResponseCache", "setDefault");
        GLOBALS.at("java/net/Socket", "setSocketImplFactory");
        GLOBALS.at("java/net/ServerSocket", "setSocketFactory");
        GLOBALS.at("java/util/Locale", "setDefault");
        GLOBALS.at("java/util/TimeZone", "setDefault");
        GLOBALS.at("java/security/Security", "addProvider", "insertProviderAt", "removeProvider", "setProperty");
        GLOBALS.at("java/security/Policy", "setPolicy");
        GLOBALS.at("java/sql/DriverManager", "registerDriver", "setLogWriter", "setLoginTimeout");
        GLOBALS.at("javax/net/ssl/SSLContext", "setDefault");
        GLOBALS.at("javax/net/ssl/HttpsURLConnection", "setDefaultSSLSocketFactory", "setDefaultHostnameVerifier");
        GLOBALS.at("java/util/logging/LogManager", "reset", "readConfiguration", "updateConfiguration");
        NATIVES.at("java/lang/System", "load", "loadLibrary");
        NATIVES.at("java/lang/Runtime", "load", "loadLibrary");
        THREADS.at("java/lang/Thread", MADE, "start", "startVirtualThread", "ofVirtual", "ofPlatform");
        THREADS.at("java/util/Timer", MADE);
        THREADS.at(
                "java/util/concurrent/Executors",
                "newCachedThreadPool",
                "newFixedThreadPool",
                "newScheduledThreadPool",
                "newSingleThreadExecutor",
                "newSingleThreadScheduledExecutor",
                "newWorkStealingPool",
                "newThreadPerTaskExecutor",
                "newVirtualThreadPerTaskExecutor");
        THREADS.at("java/util/concurrent/ThreadPoolExecutor", MADE);
        THREADS.at("java/util/concurrent/ScheduledThreadPoolExecutor", MADE);
        THREADS.at("java/util/concurrent/ForkJoinPool", MADE);
    }

    private void at(String owner, String... methods) {
        var calls = CALLS.computeIfAbsent(owner, key -> new HashMap<>());
        for (var method : methods) {
            calls.put(method, this);
        }
    }

    /** @param owner the class that declares the method */
    static Optional<Forbidden> call(String owner, String method) {
        var calls = CALLS.getOrDefault(owner, Map.of());
        return Optional.ofNullable(calls.getOrDefault(method, calls.get(ANY)));
    }

    /** Whether a method of this name may be one of them; the class that declares it is found out later. */
    static boolean isSuspicious(String owner, String method) {
        if (call(owner, method).isPresent()) {
            return true;
        }
        // A constructor is called at the class that declares it, everything else perhaps at one below.
        return !method.equals(MADE)
                && CALLS.values().stream().map(Map::keySet).anyMatch(methods -> methods.contains(method));
    }

    static boolean isNative(String entry) {
        return Set.of("so", "dll", "dylib", "jnilib").contains(entry.substring(entry.lastIndexOf('.') + 1));
    }
}
