/** Small measurements by JMH: what one message costs at the gates, in XML and under a signature. */
@NullMarked
package de.stellwerk.hub.bench.micro;

import org.jspecify.annotations.NullMarked;
