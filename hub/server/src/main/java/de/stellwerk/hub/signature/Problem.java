package de.stellwerk.hub.signature;

/** A reason not to accept a document: the code of the verdict, and what was found, as half a sentence. */
record Problem(String code, String found) {

    static Problem coverage(String found) {
        return new Problem("sig.coverage", found);
    }
}
