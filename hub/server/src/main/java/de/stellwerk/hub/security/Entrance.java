package de.stellwerk.hub.security;

import de.stellwerk.hub.ledger.LedgerBusy;
import de.stellwerk.hub.ledger.LedgerFailure;
import de.stellwerk.hub.signal.EntrySignal;
import de.stellwerk.hub.signal.Halt;
import de.stellwerk.hub.signal.Visitors;
import de.stellwerk.hub.signal.Visitors.Sender;
import de.stellwerk.hub.signal.Visitors.Way;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;

/**
 * What {@link Access} asks of a request that brings a message, in the same order, for the one door that messages come through by the
 * thousand: there the framework's chain of filters costs several times as much as the checks themselves.
 */
public final class Entrance {

    private final EntrySignal signal;
    private final Visitors visitors;
    private final Keys keys;

    /** Serves a request that was let in. */
    public interface Inside {
        void serve(Caller caller) throws IOException;
    }

    public Entrance(EntrySignal signal, Visitors visitors, Keys keys) {
        this.signal = signal;
        this.visitors = visitors;
        this.keys = keys;
    }

    /** Has the request served, or answers it with a problem; nothing of its body has been read until it is let in. */
    public void letIn(HttpServletRequest request, HttpServletResponse response, Inside inside) throws IOException {
        SafeHeaders.set(request, response);
        var halt = signal.halt();
        if (halt.isPresent()) {
            Answers.halt(request, response, halt.get());
            return;
        }
        Optional<Caller> known;
        try {
            known = KeyFilter.key(request.getHeader("Authorization")).flatMap(keys::caller);
        } catch (LedgerFailure | LedgerBusy e) {
            // Whose request it is, is not known, and nothing of it was taken.
            Answers.halt(request, response, Halt.database());
            return;
        }
        if (known.isEmpty()) {
            Answers.unknownKey(response);
            return;
        }
        var caller = known.get();
        var sender = new Sender(Way.KEY, caller.id());
        var full = visitors.enter(sender);
        if (full.isPresent()) {
            Answers.halt(request, response, full.get());
            return;
        }
        try {
            if (caller.rights().contains(Right.SEND)) {
                inside.serve(caller);
            } else {
                Answers.noRight(response);
            }
        } finally {
            visitors.leave(sender);
        }
    }
}
