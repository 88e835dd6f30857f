@NullMarked
package dev.garboard.admission;

import org.jspecify.annotations.NullMarked;
