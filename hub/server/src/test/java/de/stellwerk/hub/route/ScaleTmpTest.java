package de.stellwerk.hub.route;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScaleTmpTest {
    @TempDir
    Path path;

    @Test
    void scale() throws Exception {
        var folder = new Folder(path);
        var src = Path.of("../../routes");
        folder.write("trade-registration.camel.yaml", Files.readString(src.resolve("trade-registration.camel.yaml")));
        folder.write("trade-registration/gewerbeanmeldung-1.2.xsd", Files.readString(src.resolve("trade-registration/gewerbeanmeldung-1.2.xsd")));
        folder.write("trade-registration/leipzig-register.xsl", Files.readString(src.resolve("leipzig-trade-registration/leipzig-register.xsl")));
        for (int i = 0; i < 420; i++) {
            var ags = "14" + (600000 + i);
            for (var c : new String[] {"trade-register", "payment", "records", "finance", "mailbox"})
                folder.doors.connect(ags, c, de.stellwerk.hub.spi.Channel.out("o"));
            folder.write("t" + i + "-trade.camel.yaml", Files.readString(src.resolve("leipzig-trade-registration.camel.yaml")).replace("14713000", ags).replace("leipzig-trade", "t" + i + "-trade"));
            for (var n : new String[] {"pirna-payment", "pirna-register-answer"}) {
                folder.write(n.replace("pirna", "t" + i) + ".camel.yaml", Files.readString(src.resolve(n + ".camel.yaml")).replace("14628270", ags).replace("id: pirna", "id: t" + i));
                try (var fs = Files.list(src.resolve(n))) {
                    for (var f : fs.toList()) folder.write(n.replace("pirna", "t" + i) + "/" + f.getFileName(), Files.readString(f));
                }
            }
        }
        var t = System.nanoTime();
        folder.start();
        System.out.println("SCALE start " + (System.nanoTime() - t) / 1000000 + " ms, " + folder.routes.status().size() + " problems " + folder.routes.status().stream().filter(s -> !s.problems().isEmpty()).findFirst());
        for (int k = 0; k < 3; k++) {
            folder.write("t5-payment/booking.xsl", Files.readString(src.resolve("pirna-payment/booking.xsl")) + "<!-- " + k + " -->");
            t = System.nanoTime();
            folder.routes.reload();
            System.out.println("SCALE reload one " + (System.nanoTime() - t) / 1000000 + " ms");
        }
        var rf = new RouteFolder(path, java.time.Clock.systemUTC());
        rf.read();
        Thread.sleep(6000);
        rf.read();
        t = System.nanoTime();
        for (int k = 0; k < 5; k++) rf.read();
        System.out.println("SCALE scan " + (System.nanoTime() - t) / 5000000 + " ms");
        var form = new String(ShippedRoutesTest.class.getResourceAsStream("form.xml").readAllBytes(), "UTF-8");
        for (int r = 0; r < 5; r++) {
            t = System.nanoTime();
            for (int k = 0; k < 500; k++) {
                var o = folder.run(new RouteInput("m" + k, "14600007", "form.submission", "99050012104000", "c", java.util.Optional.empty(), java.util.Map.of(), de.stellwerk.hub.spi.Content.of("a.xml", "application/xml", form.getBytes("UTF-8")), java.util.List.of()));
                if (!(o instanceof RouteOutcome.Routed)) throw new AssertionError(o);
            }
            System.out.println("SCALE run " + (System.nanoTime() - t) / 500000 + " us each");
        }
        t = System.nanoTime();
        folder.close();
        System.out.println("SCALE close " + (System.nanoTime() - t) / 1000000 + " ms");
    }
}
