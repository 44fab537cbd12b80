package de.stellwerk.samples;

import java.nio.file.Path;

/** Where each system of the town writes its journal. */
public record Journals(Path folder) {

    public Path portal() {
        return folder.resolve("portal.jsonl");
    }

    /** What was sent together with the hostile inputs. */
    public Path hostile() {
        return folder.resolve("feindlich.jsonl");
    }

    public Path register() {
        return folder.resolve("register-pirna.jsonl");
    }

    public Path leipzig() {
        return folder.resolve("register-leipzig.jsonl");
    }

    public Path payment() {
        return folder.resolve("bezahlplattform.jsonl");
    }

    public Path finance() {
        return folder.resolve("finanzen-pirna.jsonl");
    }

    public Path mailbox() {
        return folder.resolve("postfach.jsonl");
    }

    public Path notices() {
        return folder.resolve("kanzlei.jsonl");
    }

    public Path kills() {
        return folder.resolve("abbrueche.jsonl");
    }
}
