/** Where messages are taken: checked, stored with their first ledger entry in one transaction, and only then acknowledged. */
@NullMarked
package de.stellwerk.hub.intake;

import org.jspecify.annotations.NullMarked;
