/** FIT-Connect, API versions 1 and 2: submissions fetched and acknowledged by signed events, submissions sent to a destination. */
@NullMarked
package de.stellwerk.plugins.fitconnect;

import org.jspecify.annotations.NullMarked;
