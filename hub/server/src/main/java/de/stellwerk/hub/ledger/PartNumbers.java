package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.util.ArrayList;
import java.util.List;

/** Numbers the parts that a route adds to those its message has; the same part twice is one part. */
final class PartNumbers {

    record Added(int no, String role, Part part) {}

    private final List<Part> known = new ArrayList<>();
    private final List<Added> added = new ArrayList<>();
    private int next;

    /** @param own the original parts, numbered from 0 */
    PartNumbers(List<Part> own, int next) {
        known.addAll(own);
        this.next = next;
    }

    int of(Part part, String role) {
        var no = known.indexOf(part);
        if (no >= 0) {
            return no;
        }
        for (var each : added) {
            if (each.part().equals(part)) {
                return each.no();
            }
        }
        added.add(new Added(next, role, part));
        return next++;
    }

    List<Added> added() {
        return added;
    }
}
