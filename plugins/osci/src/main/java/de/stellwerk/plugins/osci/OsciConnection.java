package de.stellwerk.plugins.osci;

import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.spi.Text;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/**
 * One account at an intermediary. It keeps no line open between calls.
 *
 * @param mailbox empty if nothing is to be fetched
 */
record OsciConnection(Account account, OsciClient client, Outgoing outgoing, Optional<Mailbox> mailbox, Clock clock)
        implements Probe, Source, Tested {

    private static final Text NOTHING = new Text("", "");

    @Override
    public DeliveryResult deliver(Delivery delivery) throws IOException {
        return outgoing.deliver(delivery);
    }

    @Override
    public DeliveryResult probe(Delivery delivery) throws IOException {
        return outgoing.probe(delivery);
    }

    @Override
    public void poll(Inbox inbox) throws Exception {
        if (mailbox.isPresent()) {
            mailbox.get().poll(inbox);
        }
    }

    /** Whether all certificates are valid today, and whether a dialog can be opened: signed and sealed both ways. Nothing is stored. */
    @Override
    public List<Check> test() {
        return List.of(certificates(), dialog());
    }

    private Check certificates() {
        var all = List.of(
                account.signature().certificate(),
                account.cipher().certificate(),
                account.intermediaryCipher(),
                account.intermediarySignature(),
                account.addressee());
        for (var each : all) {
            if (!isValid(each)) {
                var when = each.getNotBefore().toInstant() + " – "
                        + each.getNotAfter().toInstant();
                return new Check(
                        "certificates",
                        Outcome.FAILED,
                        new Text(
                                "Ein Zertifikat gilt heute nicht: " + when,
                                "A certificate is not valid today: " + when),
                        new Text(
                                "Das Zertifikat mit dieser Gültigkeit erneuern.",
                                "Renew the certificate with this validity."));
            }
        }
        return new Check(
                "certificates",
                Outcome.PASSED,
                new Text("Alle Zertifikate gelten heute.", "All certificates are valid today."),
                NOTHING);
    }

    private boolean isValid(X509Certificate certificate) {
        try {
            certificate.checkValidity(Date.from(clock.instant()));
            return true;
        } catch (CertificateException e) {
            return false;
        }
    }

    private Check dialog() {
        try (var dialog = client.dialog()) {
            return new Check(
                    "dialog",
                    Outcome.PASSED,
                    new Text(
                            "Der Intermediär öffnet einen Dialog; seine Antwort ist von ihm signiert.",
                            "The intermediary opens a dialog; its answer is signed by it."),
                    NOTHING);
        } catch (IOException | Refusal e) {
            var why = Outgoing.why(e);
            return new Check(
                    "dialog",
                    Outcome.FAILED,
                    new Text("Kein Dialog mit dem Intermediär: " + why, "No dialog with the intermediary: " + why),
                    new Text(
                            "Adresse und alle Zertifikate mit dem Betreiber des Intermediärs abgleichen.",
                            "Compare the address and all certificates with whoever runs the intermediary."));
        }
    }

    @Override
    public void close() throws Exception {
        if (client instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }
}
