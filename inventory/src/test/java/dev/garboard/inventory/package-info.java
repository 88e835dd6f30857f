/** Tests of the inventory. */
@NullMarked
package dev.garboard.inventory;

import org.jspecify.annotations.NullMarked;
