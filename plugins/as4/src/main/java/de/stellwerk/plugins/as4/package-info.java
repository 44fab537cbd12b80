/**
 * eDelivery AS4: one-way push of signed messages in both directions, by the common profile of eDelivery AS4 1.15 (OASIS ebMS 3.0 and AS4
 * 1.0). Messages are made and read with the classes of phase4, secured with WSS4J.
 */
@NullMarked
package de.stellwerk.plugins.as4;

import org.jspecify.annotations.NullMarked;
