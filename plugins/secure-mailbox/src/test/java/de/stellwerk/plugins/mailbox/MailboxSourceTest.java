package de.stellwerk.plugins.mailbox;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.testkit.SourceContract;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.plugins.mail.MailPickup;
import de.stellwerk.plugins.mail.Mails;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;

class MailboxSourceTest implements SourceContract {

    private final PostOffice office;

    MailboxSourceTest() throws IOException {
        office = new PostOffice();
    }

    @AfterEach
    void closeOffice() throws IOException {
        office.close();
    }

    @Override
    public ConnectorFactory factory() {
        return new SecureMailbox();
    }

    @Override
    public TestHub hub(Path directory) {
        return office.hub(directory);
    }

    @Override
    public void put(String name) throws Exception {
        office.put(Mails.notice(name));
    }

    @Override
    public int waiting() throws Exception {
        return office.waiting();
    }

    @Override
    public int keptRejected() {
        return office.in("Abgelehnt");
    }

    @Override
    public int mostAtOnce() {
        return MailPickup.MOST_AT_ONCE;
    }

    @Override
    public void unreachable() throws IOException {
        office.cut();
    }

    @Override
    public void reachable() throws IOException {
        office.mend();
    }
}
