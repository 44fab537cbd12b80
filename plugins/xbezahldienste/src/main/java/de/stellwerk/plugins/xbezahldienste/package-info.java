/**
 * Payment services by XBezahldienste 1.0 (REST): orders go out as payment transactions, how they ended is asked for and comes in as status
 * messages. The same order as for the payment platform by SOAP, so that a municipality can change from one to the other.
 */
@NullMarked
package de.stellwerk.plugins.xbezahldienste;

import org.jspecify.annotations.NullMarked;
