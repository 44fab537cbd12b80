/** Books payments in a finance system that reads files of fixed-length records. */
@NullMarked
package de.stellwerk.plugins.finance;

import org.jspecify.annotations.NullMarked;
