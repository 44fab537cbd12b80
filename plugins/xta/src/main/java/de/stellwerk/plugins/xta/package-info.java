/**
 * The transport gateway by XTA 2.1.1: messages out with their transport reports, and a message box in. SOAP 1.2, WS-Addressing and MTOM over
 * HTTPS with a client certificate, on the JDK alone.
 */
@NullMarked
package de.stellwerk.plugins.xta;

import org.jspecify.annotations.NullMarked;
