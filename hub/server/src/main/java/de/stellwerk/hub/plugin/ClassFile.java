package de.stellwerk.hub.plugin;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What can be read from a class file without loading it: the methods its code names, called or referred to. They all stand in the
 * constant pool (Java Virtual Machine Specification, section 4.4), whose form is the same in every version of the format.
 */
final class ClassFile {

    private static final int MAGIC = 0xCAFEBABE;

    /** @param owner the class with slashes, such as {@code java/lang/System} */
    record Method(String owner, String name) {}

    private ClassFile() {}

    /** @throws IOException if the bytes are not those of a class */
    static List<Method> calledMethods(byte[] bytes) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        if (bytes.length < 10 || in.readInt() != MAGIC) {
            throw new IOException("not a class file");
        }
        in.readInt(); // the version
        int count = in.readUnsignedShort();
        var texts = new String[count];
        var pairs = new int[count][2];
        var methods = new ArrayList<Integer>();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> texts[i] = in.readUTF();
                case 3, 4 -> in.readInt(); // int, float
                case 5, 6 -> { // long and double, which take two places
                    in.readLong();
                    i++;
                }
                case 7, 8, 16, 19, 20 ->
                    pairs[i][0] = in.readUnsignedShort(); // class, string, method type, module, package
                case 9, 10, 11, 12, 17, 18 -> { // field, method, interface method, name and type, dynamic
                    pairs[i][0] = in.readUnsignedShort();
                    pairs[i][1] = in.readUnsignedShort();
                    if (tag == 10 || tag == 11) {
                        methods.add(i);
                    }
                }
                case 15 -> in.skipNBytes(3); // method handle
                default -> throw new IOException("not a class file");
            }
        }
        var found = new ArrayList<Method>();
        for (int method : methods) {
            var owner = pairs[pairs[method][0] % count][0];
            var name = pairs[pairs[method][1] % count][0];
            found.add(new Method(String.valueOf(texts[owner % count]), String.valueOf(texts[name % count])));
        }
        return found;
    }
}
