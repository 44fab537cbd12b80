package de.stellwerk.hub.plugin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * What a class file declares, and what it refers to, read without loading it. Names have slashes, such as {@code java/lang/System}.
 *
 * @param version the major version of the format: 61 is Java 17
 * @param fields the access flags by name and descriptor, with a colon between them
 * @param methods the same by name and descriptor, as in {@code exit(I)V}
 */
record ClassFile(
        int version,
        int access,
        String name,
        @Nullable String parent,
        List<String> interfaces,
        Map<String, Integer> fields,
        Map<String, Integer> methods) {

    private static final int MAGIC = 0xCAFEBABE;
    /** Java 1.1 is 45, and every release counts one up. */
    private static final int BEFORE_FIRST = 44;

    /** One entry of a constant pool (Java Virtual Machine Specification, section 4.4): every use of a class or member goes through one. */
    record Reference(Kind kind, String owner, String name, String descriptor) {

        enum Kind {
            CLASS,
            FIELD,
            METHOD,
            INTERFACE_METHOD
        }

        /** As a developer writes it. */
        @Override
        public String toString() {
            var type = owner.replace('/', '.');
            return switch (kind) {
                case CLASS -> type;
                case FIELD -> type + "." + name;
                case METHOD, INTERFACE_METHOD ->
                    type + "." + name
                            + List.of(Type.getArgumentTypes(descriptor)).stream()
                                    .map(Type::getClassName)
                                    .collect(Collectors.joining(", ", "(", ")"));
            };
        }
    }

    /** The format's major version, which {@link #of} may not know yet. */
    static int version(byte[] bytes) throws IOException {
        if (bytes.length < 10 || ByteBuffer.wrap(bytes).getInt() != MAGIC) {
            throw new IOException("not a class file");
        }
        return (bytes[6] & 0xff) << 8 | bytes[7] & 0xff;
    }

    /** The release of Java that a format version needs at least. */
    static int release(int version) {
        return version - BEFORE_FIRST;
    }

    /** @throws IOException if the bytes are not those of a class */
    static ClassFile of(byte[] bytes) throws IOException {
        try {
            var members = new Members();
            new ClassReader(bytes)
                    .accept(members, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
            return members.read();
        } catch (RuntimeException e) {
            throw new IOException("not a class file", e); // the reader trusts its input, and trips where that is wrong
        }
    }

    /** @throws IOException if the bytes are not those of a class */
    static List<Reference> references(byte[] bytes) throws IOException {
        try {
            var reader = new ClassReader(bytes);
            var buffer = new char[reader.getMaxStringLength()];
            var found = new ArrayList<Reference>();
            for (int i = 1; i < reader.getItemCount(); i++) {
                int at = reader.getItem(i);
                if (at == 0) {
                    continue; // the second place of a long or a double
                }
                switch (reader.readByte(at - 1)) {
                    case 7 -> found.add(new Reference(Reference.Kind.CLASS, reader.readUTF8(at, buffer), "", ""));
                    case 9 -> found.add(member(Reference.Kind.FIELD, reader, at, buffer));
                    case 10 -> found.add(member(Reference.Kind.METHOD, reader, at, buffer));
                    case 11 -> found.add(member(Reference.Kind.INTERFACE_METHOD, reader, at, buffer));
                    default -> {}
                }
            }
            return found;
        } catch (RuntimeException e) {
            throw new IOException("not a class file", e);
        }
    }

    private static Reference member(Reference.Kind kind, ClassReader reader, int at, char[] buffer) {
        int nameAndType = reader.getItem(reader.readUnsignedShort(at + 2));
        return new Reference(
                kind,
                reader.readClass(at, buffer),
                reader.readUTF8(nameAndType, buffer),
                reader.readUTF8(nameAndType + 2, buffer));
    }

    boolean isInterface() {
        return (access & Opcodes.ACC_INTERFACE) != 0;
    }

    boolean isConcrete() {
        return (access & (Opcodes.ACC_INTERFACE | Opcodes.ACC_ABSTRACT)) == 0;
    }

    boolean isPublic() {
        return (access & Opcodes.ACC_PUBLIC) != 0;
    }

    private static final class Members extends ClassVisitor {

        private final Map<String, Integer> fields = new HashMap<>();
        private final Map<String, Integer> methods = new HashMap<>();
        private int version;
        private int access;
        private @Nullable String name;
        private @Nullable String parent;
        private List<String> interfaces = List.of();

        Members() {
            super(Opcodes.ASM9);
        }

        ClassFile read() {
            return new ClassFile(version, access, Objects.requireNonNull(name), parent, interfaces, fields, methods);
        }

        @Override
        public void visit(
                int format,
                int flags,
                String type,
                @Nullable String signature,
                @Nullable String above,
                String @Nullable [] all) {
            version = format & 0xffff;
            access = flags;
            name = type;
            parent = above;
            interfaces = all == null ? List.of() : List.of(all);
        }

        @Override
        public @Nullable FieldVisitor visitField(
                int flags, String field, String descriptor, @Nullable String signature, @Nullable Object value) {
            fields.put(field + ":" + descriptor, flags);
            return null;
        }

        @Override
        public @Nullable MethodVisitor visitMethod(
                int flags,
                String method,
                String descriptor,
                @Nullable String signature,
                String @Nullable [] exceptions) {
            methods.put(method + descriptor, flags);
            return null;
        }
    }
}
