package de.stellwerk.hub.plugin;

import de.stellwerk.hub.plugin.ClassFile.Reference;
import de.stellwerk.hub.plugin.ClassFile.Reference.Kind;
import de.stellwerk.hub.spi.ConnectorFactory;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;

/**
 * What the classes of one jar would see behind the {@link Wall}, found out without loading anything: their own, the JDK's, and those the
 * hub shares. References are resolved as the Java virtual machine does it (its specification, section 5.4.3).
 */
final class Sight {

    /** Whose a class is. */
    enum Whose {
        OWN,
        HUB,
        JDK
    }

    record Seen(Whose whose, ClassFile file) {}

    /** How a reference ends. */
    enum End {
        /** It is there. */
        FOUND,
        /** The hub or the JDK should have it, and has it not, or not for others: the call would fail. */
        MISSING,
        /** It leads to a class that nobody has: perhaps an optional library which is never asked for. */
        ABSENT
    }

    /** @param declared the class that declares the member, or the class itself; empty unless it was found */
    record Resolved(End end, String declared) {}

    private static final Map<String, Module> JDK = ModuleLayer.boot().modules().stream()
            .flatMap(module -> module.getPackages().stream().map(name -> Map.entry(name.replace('.', '/'), module)))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue, (one, other) -> one));

    private static final Resolved ABSENT = new Resolved(End.ABSENT, "");
    private static final Resolved MISSING = new Resolved(End.MISSING, "");
    private static final String OBJECT = "java/lang/Object";
    /** Their methods take whatever they are given (section 2.9.3). */
    private static final Set<String> POLYMORPHIC =
            Set.of("java/lang/invoke/MethodHandle", "java/lang/invoke/VarHandle");

    private final ClassLoader hub = ConnectorFactory.class.getClassLoader();
    private final Map<String, ClassFile> own;
    private final boolean bringsMail;
    private final Map<String, Optional<Seen>> known = new HashMap<>();

    /** @param own by name with slashes; those the wall would ignore may be among them */
    Sight(Map<String, ClassFile> own) {
        this.own = own;
        this.bringsMail = own.containsKey(Wall.MAIL_CLASS.replace(".class", ""));
    }

    static boolean isJdk(String type) {
        return type.startsWith("java/") || JDK.containsKey(packageOf(type));
    }

    static String packageOf(String type) {
        return type.substring(0, Math.max(0, type.lastIndexOf('/')));
    }

    Resolved resolve(Reference reference) throws IOException {
        if (reference.owner().startsWith("[")) {
            return element(reference.owner()).isEmpty()
                    ? new Resolved(End.FOUND, OBJECT)
                    : visible(element(reference.owner()));
        }
        var type = visible(reference.owner());
        if (reference.kind() == Kind.CLASS || type.end() != End.FOUND) {
            return type;
        }
        return member(reference);
    }

    /** The class of an array's elements; empty for {@code int} and the like. */
    private static String element(String array) {
        var type = array.replaceFirst("^\\[+", "");
        return type.startsWith("L") ? type.substring(1, type.length() - 1) : "";
    }

    private Resolved visible(String type) throws IOException {
        var seen = find(type);
        if (seen.isEmpty()) {
            return isShared(type) || isJdk(type) ? MISSING : ABSENT;
        }
        boolean open = seen.get().whose() == Whose.OWN
                || (seen.get().file().isPublic() && (seen.get().whose() == Whose.HUB || isExported(type)));
        return open ? new Resolved(End.FOUND, type) : MISSING;
    }

    private Resolved member(Reference reference) throws IOException {
        var start = find(reference.owner()).orElseThrow();
        if (reference.kind() != Kind.FIELD
                && start.file().isInterface() != (reference.kind() == Kind.INTERFACE_METHOD)) {
            return start.whose() == Whose.OWN
                    ? ABSENT
                    : MISSING; // a class has become an interface, or the other way round
        }
        if (POLYMORPHIC.contains(reference.owner())
                && start.file().methods().keySet().stream()
                        .anyMatch(method -> method.startsWith(reference.name() + "("))) {
            return new Resolved(End.FOUND, reference.owner());
        }
        var key = reference.kind() == Kind.FIELD
                ? reference.name() + ":" + reference.descriptor()
                : reference.name() + reference.descriptor();
        boolean blind = false;
        boolean shared = false;
        var way = new ArrayDeque<String>();
        var been = new HashSet<String>();
        way.add(reference.owner());
        while (!way.isEmpty()) {
            var type = way.remove();
            if (!been.add(type)) {
                continue;
            }
            var seen = find(type);
            if (seen.isEmpty()) {
                blind |= !isShared(type) && !isJdk(type);
                shared |= isShared(type) || isJdk(type);
                continue;
            }
            var file = seen.get().file();
            shared |= seen.get().whose() != Whose.OWN && !type.equals(OBJECT);
            var flags = (reference.kind() == Kind.FIELD ? file.fields() : file.methods()).get(key);
            if (flags != null) {
                boolean open =
                        seen.get().whose() == Whose.OWN || (flags & (Opcodes.ACC_PUBLIC | Opcodes.ACC_PROTECTED)) != 0;
                return open ? new Resolved(End.FOUND, type) : MISSING;
            }
            if (reference.name().equals("<init>")) {
                break; // constructors are not inherited
            }
            add(way, file.parent());
            file.interfaces().forEach(way::add);
            if (file.isInterface()) {
                way.add(OBJECT);
            }
        }
        return shared && !blind ? MISSING : ABSENT;
    }

    private static void add(ArrayDeque<String> way, @Nullable String type) {
        if (type != null) {
            way.addFirst(type); // superclasses go before interfaces
        }
    }

    /**
     * Methods that a class has promised to the hub by implementing its types, and does not have.
     *
     * @param file a class of the jar
     */
    Set<Reference> unkept(ClassFile file) throws IOException {
        var promised = new HashSet<Reference>();
        var way = new ArrayDeque<String>();
        var been = new HashSet<String>();
        way.add(file.name());
        while (!way.isEmpty()) {
            var type = way.remove();
            var seen = been.add(type) ? find(type) : Optional.<Seen>empty();
            if (seen.isEmpty()) {
                continue;
            }
            var above = seen.get().file();
            if (seen.get().whose() == Whose.HUB && above.isInterface()) {
                above.methods().forEach((method, flags) -> {
                    if ((flags & Opcodes.ACC_ABSTRACT) != 0) {
                        int open = method.indexOf('(');
                        promised.add(
                                new Reference(Kind.METHOD, type, method.substring(0, open), method.substring(open)));
                    }
                });
            }
            add(way, above.parent());
            above.interfaces().forEach(way::add);
        }
        var unkept = new HashSet<Reference>();
        for (var method : promised) {
            if (!isKept(file, method)) {
                unkept.add(method);
            }
        }
        return unkept;
    }

    private boolean isKept(ClassFile file, Reference method) throws IOException {
        var key = method.name() + method.descriptor();
        var way = new ArrayDeque<String>();
        var been = new HashSet<String>();
        way.add(file.name());
        while (!way.isEmpty()) {
            var type = way.remove();
            if (!been.add(type)) {
                continue;
            }
            var seen = find(type);
            if (seen.isEmpty()) {
                return true; // nobody knows what an absent class has
            }
            var flags = seen.get().file().methods().get(key);
            if (flags != null && (flags & Opcodes.ACC_ABSTRACT) == 0) {
                return true;
            }
            add(way, seen.get().file().parent());
            seen.get().file().interfaces().forEach(way::add);
        }
        return false;
    }

    Optional<Seen> find(String type) throws IOException {
        var found = known.get(type);
        if (found == null) {
            found = look(type);
            known.put(type, found);
        }
        return found;
    }

    private Optional<Seen> look(String type) throws IOException {
        var shared = shared(type);
        if (shared != Wall.Shared.NO) {
            var hubs = read(hub.getResourceAsStream(type + ".class"));
            if (hubs.isPresent() || shared == Wall.Shared.HUB_ONLY) {
                return hubs.map(file -> new Seen(Whose.HUB, file));
            }
            return Optional.ofNullable(own.get(type)).map(file -> new Seen(Whose.OWN, file));
        }
        var module = JDK.get(packageOf(type));
        var jdk = module == null ? Optional.<ClassFile>empty() : read(module.getResourceAsStream(type + ".class"));
        if (jdk.isPresent()) {
            return Optional.of(new Seen(Whose.JDK, jdk.get()));
        }
        return Optional.ofNullable(own.get(type)).map(file -> new Seen(Whose.OWN, file));
    }

    private static Optional<ClassFile> read(@Nullable InputStream resource) throws IOException {
        if (resource == null) {
            return Optional.empty();
        }
        try (resource) {
            return Optional.of(ClassFile.of(resource.readAllBytes()));
        }
    }

    private boolean isShared(String type) {
        return type.startsWith("de/stellwerk/hub/") || shared(type) != Wall.Shared.NO;
    }

    private Wall.Shared shared(String type) {
        return Wall.shared(type.replace('/', '.'), () -> bringsMail);
    }

    private static boolean isExported(String type) {
        var module = JDK.get(packageOf(type));
        return module != null && module.isExported(packageOf(type).replace('/', '.'));
    }
}
