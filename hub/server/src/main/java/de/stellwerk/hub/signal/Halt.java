package de.stellwerk.hub.signal;

/**
 * Why nothing is taken at this moment: in both languages what happened, what is safe, what to do next.
 *
 * @param status of an HTTP answer: 429 if it is the sender's own doing, else 503
 * @param retryAfter seconds after which trying again may make sense
 */
public record Halt(String code, int status, int retryAfter, String german, String english) {

    private static final int UNAVAILABLE = 503;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final String AGAIN = " Mit demselben Idempotency-Key erneut senden.";
    private static final String SEND_AGAIN = " Send it again with the same Idempotency-Key.";

    /** @param folder the folder under {@code data} whose disk it is */
    static Halt disk(String folder) {
        return new Halt(
                "hub.disk",
                UNAVAILABLE,
                30,
                "Auf dem Datenträger von " + folder
                        + " ist weniger frei als die Reserve. Angenommenes ist sicher und wird"
                        + " weiter zugestellt, Neues wird nicht angenommen. Der Betrieb schafft Platz, dann geht es von selbst"
                        + " weiter." + AGAIN,
                "The disk of " + folder
                        + " has less free space than the reserve. What was taken is safe and is delivered,"
                        + " nothing new is taken. The operator makes room, then it goes on by itself." + SEND_AGAIN);
    }

    static Halt unwritable(String folder) {
        return new Halt(
                "hub.storage",
                UNAVAILABLE,
                30,
                "Der Datenträger von " + folder
                        + " nimmt nichts an (schreibgeschützt, voll oder gestört). Angenommenes ist"
                        + " sicher, Neues wird nicht angenommen. Der Betrieb prüft den Datenträger, dann geht es von selbst"
                        + " weiter." + AGAIN,
                "The disk of " + folder
                        + " takes nothing (read-only, full or out of order). What was taken is safe, nothing"
                        + " new is taken. The operator looks after the disk, then it goes on by itself." + SEND_AGAIN);
    }

    public static Halt database() {
        return new Halt(
                "hub.database",
                UNAVAILABLE,
                5,
                "Die Datenbank des Hubs antwortet nicht. Angenommenes ist sicher, Neues wurde nicht bestätigt." + AGAIN,
                "The hub's database does not answer. What was taken is safe, nothing new was confirmed." + SEND_AGAIN);
    }

    public static Halt busy() {
        return new Halt(
                "hub.busy",
                UNAVAILABLE,
                5,
                "Es warten mehr Anfragen, als der Hub zugleich bearbeitet. Nichts wurde angenommen." + AGAIN,
                "More requests are waiting than the hub works on at a time. Nothing was taken." + SEND_AGAIN);
    }

    static Halt sender() {
        return new Halt(
                "sender.busy",
                TOO_MANY_REQUESTS,
                2,
                "Von diesem Absender sind so viele Anfragen zugleich unterwegs, wie einem zustehen. Diese wurde nicht"
                        + " angenommen. Warten, bis eine beantwortet ist." + AGAIN,
                "As many requests of this sender are under way as one sender may have. This one was not taken. Wait until one"
                        + " is answered." + SEND_AGAIN);
    }

    /** The text in the language of an {@code Accept-Language} header: German where it comes first, else English. */
    public String text(String acceptLanguage) {
        return acceptLanguage.stripLeading().regionMatches(true, 0, "de", 0, 2) ? german : english;
    }
}
