package de.stellwerk.plugins.xta;

/**
 * An author or a reader.
 *
 * @param id such as {@code ags:14628270} or a SAFE-ID
 * @param type what kind of id that is, such as {@code XTA_ID}
 * @param name for people; may be empty
 */
record Party(String id, String type, String name) {

    void write(Xml xml, String element) {
        xml.open(element);
        if (name.isEmpty()) {
            xml.leaf("oscimeta:Identifier", id, "type", type);
        } else {
            xml.leaf("oscimeta:Identifier", id, "type", type, "name", name);
        }
        xml.close();
    }

    /** The header by which the gateway knows whose account is meant. */
    String header() {
        var xml = new Xml();
        write(xml, "oscimeta:Author");
        return xml.toString();
    }

    Party called(String otherId) {
        return otherId.isEmpty() ? this : new Party(otherId, type, otherId.equals(id) ? name : "");
    }
}
