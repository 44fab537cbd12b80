package de.stellwerk.hub.ledger;

/** A delivery's id with the connection it goes to: what travels on the delivery lane. */
public record Address(String delivery, String municipality, String connection) {

    /** The form on the lane: three words with blanks between. */
    public String text() {
        return delivery + " " + municipality + " " + connection;
    }

    public static Address of(String text) {
        var words = text.split(" ", 3);
        return new Address(words[0], words[1], words[2]);
    }
}
