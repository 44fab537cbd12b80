/**
 * The payment platform: orders go out as Kassenzeichen, payments are asked for and come in as status messages.
 *
 * <p>Two families of typed messages meet here. The platform's, SOAP 1.1 with German names, are {@link
 * de.stellwerk.plugins.epaybl.Envelope} and what is in it; the wire format is written down in the README beside this module. The hub's
 * own are {@link de.stellwerk.plugins.epaybl.PaymentOrder} and {@link de.stellwerk.plugins.epaybl.PaymentStatus}.
 */
@NullMarked
package de.stellwerk.plugins.epaybl;

import org.jspecify.annotations.NullMarked;
