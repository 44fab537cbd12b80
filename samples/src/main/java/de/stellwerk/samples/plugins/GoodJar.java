package de.stellwerk.samples.plugins;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** A jar that a hub takes, with one connector factory, of which others are made: of another version, another name, another conduct. */
record GoodJar(Path file) {

    interface Code {
        void write(MethodVisitor method);
    }

    static final String HELPER = "broken/Broken";

    private static final String SERVICE = "META-INF/services/de.stellwerk.hub.spi.ConnectorFactory";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final Attributes.Name VERSION = new Attributes.Name("Plugin-Version");
    private static final Attributes.Name ID = new Attributes.Name("Plugin-Id");
    /** A format without tables of frames, which a few instructions of our own do not need. */
    private static final int OLD_FORMAT = Opcodes.V1_5;

    String id() throws IOException {
        return line(ID);
    }

    String version() throws IOException {
        return line(VERSION);
    }

    private String line(Attributes.Name name) throws IOException {
        try (var jar = new JarFile(file.toFile())) {
            return Objects.requireNonNull(jar.getManifest().getMainAttributes().getValue(name));
        }
    }

    /** The same under another version. */
    byte[] as(String version) throws IOException {
        return as(version, Map.of(), Map.of());
    }

    /** With these lines in the manifest and these entries put in the place of its own. */
    byte[] as(String version, Map<String, String> lines, Map<String, byte[]> entries) throws IOException {
        var all = new LinkedHashMap<String, byte[]>();
        Manifest manifest;
        try (var jar = new JarFile(file.toFile())) {
            manifest = new Manifest(jar.getManifest());
            for (var entry : jar.stream().toList()) {
                if (!entry.isDirectory() && !entry.getName().equals(MANIFEST)) {
                    all.put(entry.getName(), jar.getInputStream(entry).readAllBytes());
                }
            }
        }
        all.putAll(entries);
        manifest.getMainAttributes().put(VERSION, version);
        lines.forEach((name, value) -> manifest.getMainAttributes().put(new Attributes.Name(name), value));
        var bytes = new ByteArrayOutputStream();
        try (var out = new JarOutputStream(bytes, manifest)) {
            for (var entry : all.entrySet()) {
                var named = new ZipEntry(entry.getKey());
                named.setTime(0); // the same jar every time
                out.putNextEntry(named);
                out.write(entry.getValue());
                out.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** Another plugin: its id, and the name of its connector, which is called as the plugin here too. */
    byte[] called(String name) throws IOException {
        return as(version(), Map.of(ID.toString(), name), Map.of(factory() + ".class", renamed(id(), name)));
    }

    /** A version that fails in its work as long as this file is there, and is in order otherwise: no check can find that. */
    byte[] failingWhile(String version, Path flag, String method) throws IOException {
        return as(version, Map.of(), Map.of(HELPER + ".class", helper(), factory() + ".class", led(method, code -> {
            code.visitLdcInsn(flag.toString());
            code.visitMethodInsn(Opcodes.INVOKESTATIC, HELPER, "failWhile", "(Ljava/lang/String;)V", false);
        })));
    }

    /** The internal name of its factory's class. */
    String factory() throws IOException {
        try (var jar = new JarFile(file.toFile())) {
            return new String(jar.getInputStream(jar.getEntry(SERVICE)).readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .replace('.', '/');
        }
    }

    /** The factory with these instructions before all others of one of its methods. */
    byte[] led(String into, Code by) throws IOException {
        var reader = new ClassReader(factoryBytes());
        var writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        var leading = new Leading(writer, into, by);
        reader.accept(leading, 0);
        if (!leading.found) {
            throw new IllegalStateException("the factory has no method " + into);
        }
        return writer.toByteArray();
    }

    /** The factory with a text constant replaced. */
    private byte[] renamed(String from, String to) throws IOException {
        var reader = new ClassReader(factoryBytes());
        var writer = new ClassWriter(reader, 0);
        reader.accept(
                new ClassVisitor(Opcodes.ASM9, writer) {
                    @Override
                    public @Nullable MethodVisitor visitMethod(
                            int access,
                            String name,
                            String descriptor,
                            @Nullable String signature,
                            String @Nullable [] exceptions) {
                        var method = super.visitMethod(access, name, descriptor, signature, exceptions);
                        return new MethodVisitor(Opcodes.ASM9, method) {
                            @Override
                            public void visitLdcInsn(Object value) {
                                super.visitLdcInsn(value.equals(from) ? to : value);
                            }
                        };
                    }
                },
                0);
        return writer.toByteArray();
    }

    private byte[] factoryBytes() throws IOException {
        try (var jar = new JarFile(file.toFile())) {
            return jar.getInputStream(jar.getEntry(factory() + ".class")).readAllBytes();
        }
    }

    /** A class with one method. */
    static byte[] calling(String name, Code code) {
        var type = type(name);
        method(type, "call", "()V", code);
        type.visitEnd();
        return type.toByteArray();
    }

    /**
     * Methods that a factory can be led into: {@code fail} throws, {@code failWhile} does so while a file is there, {@code hang} never
     * returns and does not mind interrupts.
     */
    static byte[] helper() {
        var type = type(HELPER);
        method(type, "fail", "()V", GoodJar::toss);
        method(type, "failWhile", "(Ljava/lang/String;)V", code -> {
            var absent = new Label();
            code.visitTypeInsn(Opcodes.NEW, "java/io/File");
            code.visitInsn(Opcodes.DUP);
            code.visitVarInsn(Opcodes.ALOAD, 0);
            code.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/io/File", "<init>", "(Ljava/lang/String;)V", false);
            code.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/io/File", "exists", "()Z", false);
            code.visitJumpInsn(Opcodes.IFEQ, absent);
            toss(code);
            code.visitLabel(absent);
        });
        method(type, "hang", "()V", code -> {
            var again = new Label();
            code.visitLabel(again);
            code.visitLdcInsn(100_000_000L);
            code.visitMethodInsn(
                    Opcodes.INVOKESTATIC, "java/util/concurrent/locks/LockSupport", "parkNanos", "(J)V", false);
            code.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/Thread", "interrupted", "()Z", false);
            code.visitInsn(Opcodes.POP);
            code.visitJumpInsn(Opcodes.GOTO, again);
        });
        type.visitEnd();
        return type.toByteArray();
    }

    private static void toss(MethodVisitor code) {
        code.visitTypeInsn(Opcodes.NEW, "java/lang/IllegalStateException");
        code.visitInsn(Opcodes.DUP);
        code.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/IllegalStateException", "<init>", "()V", false);
        code.visitInsn(Opcodes.ATHROW);
    }

    private static ClassWriter type(String name) {
        var type = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        type.visit(OLD_FORMAT, Opcodes.ACC_PUBLIC | Opcodes.ACC_SUPER, name, null, "java/lang/Object", null);
        return type;
    }

    private static void method(ClassWriter type, String name, String descriptor, Code code) {
        var method = type.visitMethod(Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, name, descriptor, null, null);
        method.visitCode();
        code.write(method);
        method.visitInsn(Opcodes.RETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    private static final class Leading extends ClassVisitor {

        private final String into;
        private final Code by;
        private boolean found;

        Leading(ClassVisitor to, String into, Code by) {
            super(Opcodes.ASM9, to);
            this.into = into;
            this.by = by;
        }

        @Override
        public @Nullable MethodVisitor visitMethod(
                int access,
                String name,
                String descriptor,
                @Nullable String signature,
                String @Nullable [] exceptions) {
            var method = super.visitMethod(access, name, descriptor, signature, exceptions);
            if (method == null || !name.equals(into)) {
                return method;
            }
            found = true;
            return new MethodVisitor(Opcodes.ASM9, method) {
                @Override
                public void visitCode() {
                    super.visitCode();
                    by.write(this);
                }
            };
        }

        @Override
        public void visitEnd() {
            if (!found && into.equals("<clinit>")) {
                var made = visitMethod(Opcodes.ACC_STATIC, into, "()V", null, null);
                if (made != null) {
                    made.visitCode();
                    made.visitInsn(Opcodes.RETURN);
                    made.visitMaxs(0, 0);
                    made.visitEnd();
                }
            }
            super.visitEnd();
        }
    }
}
