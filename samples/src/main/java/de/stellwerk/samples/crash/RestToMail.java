package de.stellwerk.samples.crash;

import de.stellwerk.samples.Program;
import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Letters by REST into a mailbox, which does not know a repeat: what the hub cannot know is in doubt, and an operator looks into it. */
record RestToMail() implements Channel {

    private static final String TEXT = "Erprobung";
    private static final Pattern REPLY = Pattern.compile("<mail-([0-9]{1,9})@crash\\.example\\.org>");

    @Override
    public String name() {
        return "mail";
    }

    /** All its messages are small. */
    @Override
    public boolean passes(String point) {
        return Channel.onEveryWay(point);
    }

    @Override
    public boolean handsOverFiles() {
        return false;
    }

    @Override
    public int senders() {
        return 1;
    }

    @Override
    public void furnish(Scratch scratch) throws IOException {
        scratch.secret("mail-user");
        for (var tenant : Scratch.TENANTS) {
            scratch.connection(
                    tenant, "mail-box", """
                    connector: secure-mailbox
                    poll: 1h
                    settings:
                      imap-host: 127.0.0.1
                      imap-port: %1$d
                      imap-tls: "off"
                      imap-user: gewerbeamt@pirna.example.org
                      imap-password: { secret: mail-user }
                      smtp-host: 127.0.0.1
                      smtp-port: %2$d
                      smtp-tls: "off"
                      smtp-user: gewerbeamt@pirna.example.org
                      smtp-password: { secret: mail-user }
                      smtp-from: a%3$s@example.org
                      subject: Erprobung
                      text: %4$s
                    """.formatted(scratch.port("imap"), scratch.port("smtp"), tenant, TEXT));
        }
        scratch.route("crash.mail", "- to: hub:deliver/mail-box");
    }

    @Override
    public Ends open(Scratch scratch, HubClient hub) throws IOException {
        return new MailEnds(scratch, hub);
    }

    private final class MailEnds implements Ends {

        private final Numbered numbered;
        private final Courier courier;
        private final Program mailbox;
        private final Tail seen;
        private final Book book = new Book(name(), false);

        MailEnds(Scratch scratch, HubClient hub) throws IOException {
            numbered = new Numbered(scratch.seed(), name());
            courier = new Courier(scratch, hub, name());
            seen = new Tail(scratch.journal("mail-server"));
            mailbox = scratch.neighbour(
                    "Mailbox",
                    "mail-server",
                    List.of(
                            "--imap-port",
                            String.valueOf(scratch.port("imap")),
                            "--smtp-port",
                            String.valueOf(scratch.port("smtp")),
                            "--password-file",
                            scratch.secret("mail-user").toString(),
                            "--office-password-file",
                            scratch.secret("mail-user").toString(),
                            "--forget"));
        }

        @Override
        public void send(int number) throws InterruptedException {
            courier.send(
                    number,
                    new Letter(
                            "mail-" + number,
                            Scratch.tenant(number),
                            "crash.mail",
                            "",
                            "mail-" + number,
                            Map.of(
                                    "sender",
                                    "kanzlei@example.org",
                                    "mail-id",
                                    "<mail-" + number + "@crash.example.org>"),
                            Part.xml("brief.xml", letter(number)),
                            List.of()));
        }

        private String letter(int number) {
            return "<brief>" + numbered.smallText(number) + "</brief>";
        }

        @Override
        public void read() throws IOException {
            courier.read(book, number -> {});
            for (var line : seen.more()) {
                var reply = REPLY.matcher(line.text("reply"));
                if (line.event().equals("receipt") && reply.matches()) {
                    var number = Integer.parseInt(reply.group(1));
                    var text = TEXT + "\n" + letter(number) + "\n";
                    book.arrived(
                            number,
                            line.text("key"),
                            line.text("from").equals("a" + Scratch.tenant(number) + "@example.org")
                                    && Journal.sha256(text.getBytes(StandardCharsets.UTF_8))
                                            .equals(line.text("sha256")));
                } else if (!line.event().equals("ready")) {
                    book.wrong("a mail arrived that is nobody's: " + line.text("key"));
                }
            }
        }

        @Override
        public List<Book> books() {
            return List.of(book);
        }

        @Override
        public void close() throws IOException {
            mailbox.close();
            courier.close();
        }
    }
}
