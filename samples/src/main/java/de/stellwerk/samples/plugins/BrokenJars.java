package de.stellwerk.samples.plugins;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.objectweb.asm.Opcodes;

/**
 * Makes broken jars of a good one, each a newer version of the same plugin and broken in one way, and signs them with a key of its own, so
 * that it is the fault alone which keeps a hub from taking them.
 */
public final class BrokenJars {

    /** A jar with its version and, if it has one, the content of {@code NAME.jar.sig}. */
    public record Signed(String version, byte[] jar, Optional<String> signature) {}

    /**
     * @param name what is broken, such as {@code forbidden-call}
     * @param code what a hub refuses it with
     */
    public record Broken(String name, String code, Signed jar) {}

    private static final String SELF_TEST = "META-INF/stellwerk/selftest/a-message-that-fails/";

    private final GoodJar good;
    private final KeyPair keys;
    private final KeyPair stranger;

    /** @param good a jar that a hub takes, with one connector factory */
    public BrokenJars(Path good) {
        this.good = new GoodJar(good);
        try {
            var generator = KeyPairGenerator.getInstance("Ed25519");
            this.keys = generator.generateKeyPair();
            this.stranger = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK since 15 has Ed25519", e);
        }
    }

    /** For {@code plugins.keys} of the hub that is tried. */
    public String trustedKey() {
        return Base64.getEncoder().encodeToString(keys.getPublic().getEncoded());
    }

    /** What stands in {@code NAME.jar.sig} for bytes that are signed with the trusted key. */
    public String sign(byte[] bytes) {
        return sign(bytes, keys);
    }

    private static String sign(byte[] bytes, KeyPair pair) {
        try {
            var pen = Signature.getInstance("Ed25519");
            pen.initSign(pair.getPrivate());
            pen.update(bytes);
            return "ed25519 " + Base64.getEncoder().encodeToString(pen.sign()) + "\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK since 15 has Ed25519", e);
        }
    }

    /** The good jar under another version. */
    public Signed good(String as) throws IOException {
        return signed(as, good.as(as));
    }

    /** Every way to be broken. */
    public List<Broken> all() throws IOException {
        var whole = signed("2.0.0", good.as("2.0.0"));
        return List.of(
                new Broken(
                        "truncated",
                        "plugin.incomplete",
                        signed("2.0.0", Arrays.copyOf(whole.jar(), whole.jar().length / 2))),
                new Broken(
                        "wrong-signature",
                        "plugin.signature",
                        new Signed("2.0.1", good.as("2.0.1"), Optional.of(sign(good.as("2.0.1"), stranger)))),
                new Broken("unsigned", "plugin.unsigned", new Signed("2.0.2", good.as("2.0.2"), Optional.empty())),
                broken("spi-range", "plugin.api-version", "2.0.3", Map.of("Plugin-Requires", ">=99.0.0"), Map.of()),
                broken(
                        "missing-method",
                        "plugin.missing",
                        "2.0.4",
                        Map.of(),
                        Map.of(
                                "broken/Missing.class",
                                GoodJar.calling(
                                        "broken/Missing",
                                        code -> code.visitMethodInsn(
                                                Opcodes.INVOKESTATIC,
                                                "de/stellwerk/hub/spi/Content",
                                                "none",
                                                "()V",
                                                true)))),
                broken(
                        "forbidden-call",
                        "plugin.forbidden-call",
                        "2.0.5",
                        Map.of(),
                        Map.of("broken/Exit.class", GoodJar.calling("broken/Exit", code -> {
                            code.visitInsn(Opcodes.ICONST_1);
                            code.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/System", "exit", "(I)V", false);
                        }))),
                broken(
                        "own-thread",
                        "plugin.forbidden-call",
                        "2.0.6",
                        Map.of(),
                        Map.of("broken/Pool.class", GoodJar.calling("broken/Pool", code -> {
                            code.visitMethodInsn(
                                    Opcodes.INVOKESTATIC,
                                    "java/util/concurrent/Executors",
                                    "newCachedThreadPool",
                                    "()Ljava/util/concurrent/ExecutorService;",
                                    false);
                            code.visitInsn(Opcodes.POP);
                        }))),
                broken(
                        "shadowed-class",
                        "plugin.shadow",
                        "2.0.7",
                        Map.of(),
                        Map.of(
                                "de/stellwerk/hub/ledger/Ledger.class",
                                GoodJar.calling("de/stellwerk/hub/ledger/Ledger", code -> {}))),
                failing("static-initialiser-throws", "plugin.factory", "2.0.8", "<clinit>", "fail"),
                failing("constructor-throws", "plugin.factory", "2.0.9", "<init>", "fail"),
                failing("descriptor-throws", "plugin.factory", "2.0.10", "descriptor", "fail"),
                failing("hanging-descriptor", "plugin.hangs", "2.0.11", "descriptor", "hang"),
                failing("hanging-create", "plugin.self-test", "2.0.12", "create", "hang"),
                broken(
                        "self-test-fails",
                        "plugin.self-test",
                        "2.0.13",
                        Map.of(),
                        Map.of(
                                SELF_TEST + "case.properties",
                                text("setting.nobody = knows this one\nexpect = delivered\n"),
                                SELF_TEST + "delivery/body.xml",
                                text("<a/>"))),
                broken(
                        "same-version",
                        "plugin.same-version",
                        good.version(),
                        Map.of(),
                        Map.of("other-bytes.txt", text("x"))));
    }

    private Broken broken(
            String name, String code, String as, Map<String, String> manifest, Map<String, byte[]> entries)
            throws IOException {
        return new Broken(name, code, signed(as, good.as(as, manifest, entries)));
    }

    private Broken failing(String name, String code, String as, String method, String how) throws IOException {
        return broken(
                name,
                code,
                as,
                Map.of(),
                Map.of(
                        GoodJar.HELPER + ".class",
                        GoodJar.helper(),
                        good.factory() + ".class",
                        good.led(
                                method,
                                by -> by.visitMethodInsn(Opcodes.INVOKESTATIC, GoodJar.HELPER, how, "()V", false))));
    }

    private Signed signed(String as, byte[] bytes) {
        return new Signed(as, bytes, Optional.of(sign(bytes)));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
