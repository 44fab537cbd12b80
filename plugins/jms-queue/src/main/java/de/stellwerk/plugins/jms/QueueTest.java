package de.stellwerk.plugins.jms;

import de.stellwerk.hub.spi.Tested.Check;
import de.stellwerk.hub.spi.Tested.Outcome;
import de.stellwerk.hub.spi.Text;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;

/** Whether the broker lets us in and has the queues. Nothing is sent, and nothing is taken. */
final class QueueTest {

    private static final Text NOTHING = new Text("", "");

    private QueueTest() {}

    static List<Check> of(Broker broker, String... queues) {
        var checks = new ArrayList<Check>();
        Session session;
        try {
            session = broker.session(false, Session.AUTO_ACKNOWLEDGE);
        } catch (JMSException e) {
            checks.add(new Check(
                    "login",
                    Outcome.FAILED,
                    new Text(
                            "Der Broker lässt uns nicht ein (" + e.getClass().getSimpleName() + ").",
                            "The broker does not let us in (" + e.getClass().getSimpleName() + ")."),
                    new Text(
                            "Adresse, Benutzer und Kennwort mit dem Betreiber des Brokers abgleichen.",
                            "Compare address, user and password with whoever runs the broker.")));
            for (var queue : queues) {
                checks.add(new Check("queue " + queue, Outcome.SKIPPED, NOTHING, NOTHING));
            }
            return checks;
        }
        try {
            checks.add(new Check(
                    "login", Outcome.PASSED, new Text("Der Broker lässt uns ein.", "The broker lets us in."), NOTHING));
            for (var queue : queues) {
                checks.add(queue(session, queue));
            }
        } finally {
            Broker.end(session);
        }
        return checks;
    }

    /** Asked of the broker by the client's own query: to open the queue might make it on a broker that makes queues when asked. */
    private static Check queue(Session session, String queue) {
        var name = "queue " + queue;
        try {
            var found = ((ActiveMQSession) session).getCoreSession().queueQuery(SimpleString.of(queue));
            if (found.isExists()) {
                return new Check(
                        name,
                        Outcome.PASSED,
                        new Text(
                                "Die Warteschlange ist da; Nachrichten darin: " + found.getMessageCount() + ".",
                                "The queue is there; messages in it: " + found.getMessageCount() + "."),
                        NOTHING);
            }
            return new Check(
                    name,
                    Outcome.FAILED,
                    new Text("Die Warteschlange gibt es nicht.", "There is no such queue."),
                    new Text("Die Warteschlange am Broker anlegen lassen.", "Have the queue made at the broker."));
        } catch (ActiveMQException e) {
            return new Check(
                    name,
                    Outcome.FAILED,
                    new Text(
                            "Der Broker sagt nichts über diese Warteschlange (" + e.getType() + ").",
                            "The broker says nothing about this queue (" + e.getType() + ")."),
                    new Text(
                            "Dem Benutzer am Broker Rechte an der Warteschlange geben lassen.",
                            "Have the user given rights to the queue at the broker."));
        }
    }
}
