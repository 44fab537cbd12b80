package de.stellwerk.plugins.fitconnect;

import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** What subscriber and sender are told about the service, in the same words. */
final class Common {

    static final String UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
    private static final int MIB = 1 << 20;

    private Common() {}

    static Setting[] with(Setting... own) {
        var all = new ArrayList<>(List.of(
                Setting.optional("api", "Version of the API", "v1")
                        .as(Type.CHOICE, "v1", "v2")
                        .help("Version der Schnittstelle.", "Version of the API."),
                Setting.required("url", "Submission API, without its version")
                        .as(Type.URI, "https", "http")
                        .help(
                                "Adresse der Submission API ohne /v1 oder /v2; http nur auf demselben Rechner.",
                                "Address of the submission API without /v1 or /v2; http on the same computer only."),
                Setting.optional("destination-url", "Destination API, if it is another one", "")
                        .as(Type.URI, "https", "http")
                        .help(
                                "Adresse der Destination API (Version 2), wenn sie eine andere ist.",
                                "Address of the destination API (version 2), if it is another one."),
                Setting.required("token-url", "Where tokens are fetched")
                        .as(Type.URI, "https", "http")
                        .help("Adresse, die Zugangstoken ausgibt.", "Address that gives access tokens."),
                Setting.required("client-id", "Client id")
                        .help("Client-ID aus dem Self-Service-Portal.", "Client id from the self-service portal."),
                Setting.secret("client-secret", "Client secret")
                        .help("Geheimnis zur Client-ID.", "Secret of the client id."),
                Setting.optional("issuer", "How the delivery service calls itself in events", "")
                        .as(Type.URI, "https", "http")
                        .help(
                                "iss der Ereignisse des Zustelldienstes; leer heißt: wie url.",
                                "iss of the delivery service's events; empty means: as url."),
                Setting.optional("max-size", "Largest content in MiB", "50")
                        .as(Type.NUMBER, "1", "500")
                        .help("Größter Inhalt in MiB.", "Largest content in MiB."),
                Setting.optional("timeout", "How long to wait for an answer", "30s")
                        .as(Type.DURATION, "100ms", "10m")
                        .help("Wartezeit auf eine Antwort.", "How long to wait for an answer.")));
        all.addAll(List.of(own));
        return all.toArray(Setting[]::new);
    }

    static int largest(Settings settings) {
        return settings.number("max-size") * MIB;
    }

    /** An encrypted content is longer than a plain one: Base64 of Base64 at worst, and the rest of a submission. */
    static Http http(Settings settings) {
        return new Http(
                settings.duration("timeout"), (int) Math.min(Integer.MAX_VALUE - 8L, 2L * largest(settings) + MIB));
    }

    static Api api(Settings settings, Clock clock) {
        return new Api(
                http(settings),
                new Api.Line(
                        settings.text("api"),
                        settings.uri("url"),
                        settings.text("destination-url").isEmpty()
                                ? settings.uri("url")
                                : settings.uri("destination-url"),
                        settings.uri("token-url"),
                        settings.text("client-id"),
                        settings.text("client-secret")),
                clock);
    }

    static EventLog events(Settings settings, Api api) {
        var issuer = settings.text("issuer");
        return new EventLog(api, issuer.isEmpty() ? settings.text("url") : issuer);
    }

    static List<String> words(String list) {
        return list.isBlank() ? List.of() : List.of(list.strip().split("[,;\\s]+"));
    }
}
